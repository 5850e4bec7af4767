"""What a schedule promises: a value for each iteration or epoch."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import numpy as np
from pydantic import AfterValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError, PydanticKnownError

from dl4py.compatibility import Compatibility
from dl4py.registry import Kind
from dl4py.spec import Thing, key
from dl4py.spec.thing import thing_of

C = TypeVar("C", bound=type)
SCHEDULES: Kind[Schedule] = Kind("schedule", package="dl4py.schedules")


class Schedule(Thing):
    """A value that changes with the iteration or the epoch, both counted from 0."""

    kind: ClassVar[Kind[Any]] = SCHEDULES

    def at(self, iteration: int, epoch: int, compatibility: Compatibility) -> float:
        """The value in force at that iteration of that epoch."""
        raise NotImplementedError

    def number(self) -> float | None:
        """The number that DL4J's JSON holds in place of a schedule that DL4J lacks; None where it has the class."""
        return None


class CountedSchedule(Schedule):
    """A schedule that counts iterations or epochs."""

    schedule_type: Literal["iteration", "epoch"] = key("What is counted.", default="iteration", spelling="upper")

    def at(self, iteration: int, epoch: int, compatibility: Compatibility) -> float:
        return self.after(iteration if self.schedule_type == "iteration" else epoch, compatibility)

    def after(self, i: int, compatibility: Compatibility) -> float:
        """The value after `i` counts."""
        raise NotImplementedError


def schedule(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a schedule in the table under `type`."""
    return SCHEDULES.register(type, java=java)


def power(base: float, exponent: float) -> float:
    """``base^exponent`` as Java has it: infinity where Python raises, NaN where Python leaves the real numbers."""
    with np.errstate(all="ignore"):
        return float(np.float64(base) ** np.float64(exponent))


def _rate(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
        if number != number or number in (float("inf"), float("-inf")):
            raise PydanticCustomError("finite_number", "Input should be a finite number")
        return number
    if isinstance(value, str) or value is None or isinstance(value, bool | list):
        raise PydanticCustomError("rate_type", "expected a number or a schedule (a mapping with `type:`)")
    return thing_of(SCHEDULES, Schedule, value)


def _within(**bounds: float) -> AfterValidator:
    """Limits of a plain number, by pydantic's words; the values of a schedule are not known beforehand."""
    tests = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}
    names: dict[str, Any] = {
        "gt": "greater_than",
        "ge": "greater_than_equal",
        "lt": "less_than",
        "le": "less_than_equal",
    }

    def check(value: float | Schedule) -> float | Schedule:
        for word, bound in bounds.items():
            if isinstance(value, float) and not tests[word](value, bound):
                raise PydanticKnownError(names[word], {word: bound})
        return value

    return AfterValidator(check)


def _written(**limits: float) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"type": "number", **limits}, {"dl4py-kind": "schedules"}]})


Rate = Annotated[float | Schedule, PlainValidator(_rate), _written()]
"""A number, or a schedule of numbers."""
Kept = Annotated[float | Schedule, PlainValidator(_rate), _within(gt=0, le=1), _written(exclusiveMinimum=0, maximum=1)]
"""A probability of keeping that is divided by, or a schedule."""
Dropped = Annotated[
    float | Schedule, PlainValidator(_rate), _within(ge=0, lt=1), _written(minimum=0, exclusiveMaximum=1)
]
"""A probability of dropping that leaves something, or a schedule."""
Spread = Annotated[float | Schedule, PlainValidator(_rate), _within(ge=0), _written(minimum=0)]
"""A standard deviation, or a schedule."""


def rate_at(rate: float | Schedule, iteration: int, epoch: int, compatibility: Compatibility) -> float:
    """The number that a rate has at that iteration."""
    return rate if isinstance(rate, float) else rate.at(iteration, epoch, compatibility)
