"""What a reader promises: all examples of a source, each with the place it was read at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.dataset import Dataset
from dl4py.errors import DataError
from dl4py.registry import Kind
from dl4py.spec import AsTuple, Count, Size, Thing, key

C = TypeVar("C", bound=type)
READERS: Kind[Reader] = Kind("reader", package="dl4py.data.readers")


class Reader(Thing):
    """A source of examples."""

    kind: ClassVar[Kind[Any]] = READERS
    for_testing: ClassVar[dict[str, Any]] = {}  # keys that change where a test part does not write them

    rows: Annotated[tuple[Count, Count] | None, AsTuple] = key(
        "First example and the one after the last, counted from 0; all when absent.", default=None
    )
    classes: Annotated[Size | tuple[str, ...] | None, AsTuple] = key(
        "Number of classes, or their names in order; found when absent.", default=None
    )

    @field_validator("rows")
    @classmethod
    def _forward(cls, value: tuple[int, int] | None) -> tuple[int, int] | None:
        if value is not None and value[0] >= value[1]:
            raise PydanticCustomError("rows_forward", "the first number must be smaller than the second")
        return value

    @field_validator("classes")
    @classmethod
    def _distinct(cls, value: Any) -> Any:
        if isinstance(value, tuple) and len(set(value)) < len(value):
            twice = next(name for name in value if value.count(name) > 1)
            raise PydanticCustomError("classes_twice", "the class `{name}` stands twice", {"name": twice})
        if value == ():
            raise PydanticCustomError("classes_none", "the list of classes is empty")
        return value

    def load(self) -> Dataset:
        """All examples; raises `DataError` naming file and line of what cannot be read."""
        raise NotImplementedError

    def beside(self, train: Dataset, *, testing: bool = False) -> Self:
        """This reader with the classes of the training part, and the keys of a test part, where it has no own."""
        changes = {k: v for k, v in self.for_testing.items() if testing and k not in self.model_fields_set}
        if self.classes is None and train.class_names:
            changes["classes"] = train.class_names
        return self.but(**changes)

    def part(self, data: Dataset) -> Dataset:
        """The examples that `rows` asks for."""
        return data if self.rows is None else data.rows(self.span(len(data)))

    def span(self, n: int) -> slice:
        """Which of n examples `rows` asks for."""
        if self.rows is None:
            return slice(0, n)
        start, stop = self.rows
        if stop > n:
            raise DataError(
                f"`rows: [{start}, {stop}]` of {n} examples",
                at=self.mark("rows"),
                hint=f"the second number is at most {n}",
            )
        return slice(start, stop)


def reader(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a reader in the table under `type`."""
    return READERS.register(type, java=java)
