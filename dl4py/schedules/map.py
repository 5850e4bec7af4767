"""Values by table."""

from math import isfinite
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from dl4py.compatibility import Compatibility
from dl4py.schedules.base import CountedSchedule, schedule
from dl4py.spec import key


def _table(value: Any) -> tuple[tuple[int, float], ...]:
    """Pairs in rising order; the keys of a mapping may be words of digits, as JSON has them."""
    entries = list(value.items()) if isinstance(value, dict) else list(value) if isinstance(value, tuple | list) else []
    if not entries or not all(isinstance(entry, tuple | list) and len(entry) == 2 for entry in entries):
        raise PydanticCustomError("table", "expected a mapping from whole numbers to numbers")
    pairs = tuple(sorted((_count(count), _number(number)) for count, number in entries))
    counts = [count for count, _ in pairs]
    if counts[0] != 0:
        raise PydanticCustomError("table_start", "the table must begin at count 0")
    if len(set(counts)) < len(counts):
        raise PydanticCustomError("table_twice", "a count stands twice in the table")
    return pairs


def _count(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise PydanticCustomError("table_count", "counts are whole numbers from 0 on: {value}", {"value": str(value)[:60]})


def _number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    raise PydanticCustomError("table_number", "values are finite numbers: {value}", {"value": str(value)[:60]})


Table = Annotated[
    tuple[tuple[int, float], ...],
    PlainValidator(_table),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "number"}}),
]


@schedule("map", java="org.nd4j.linalg.schedule.MapSchedule")
class Map(CountedSchedule):
    """The value of the largest count in the table that is not above i."""

    values: Table = key("Values by the count from which they hold; count 0 is required.")

    def after(self, i: int, compatibility: Compatibility) -> float:
        return next(value for start, value in reversed(self.values) if start <= i)
