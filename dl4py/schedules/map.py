"""Values by table."""

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from dl4py.compatibility import Compatibility
from dl4py.schedules.base import CountedSchedule, schedule
from dl4py.spec import key


def _table(value: Any) -> Any:
    """Pairs in rising order; the keys of a mapping may be words of digits, as JSON has them."""
    if not isinstance(value, dict):
        return value
    try:
        pairs = tuple(sorted((int(count), float(number)) for count, number in value.items()))
    except (TypeError, ValueError):
        raise PydanticCustomError("table", "expected a mapping from whole numbers to numbers") from None
    if not pairs or pairs[0][0] != 0:
        raise PydanticCustomError("table_start", "the table must begin at count 0")
    return pairs


Table = Annotated[
    tuple[tuple[int, float], ...],
    BeforeValidator(_table),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "number"}}),
]


@schedule("map", java="org.nd4j.linalg.schedule.MapSchedule")
class Map(CountedSchedule):
    """The value of the largest count in the table that is not above i."""

    values: Table = key("Values by the count from which they hold; count 0 is required.")

    def after(self, i: int, compatibility: Compatibility) -> float:
        return next(value for start, value in reversed(self.values) if start <= i)
