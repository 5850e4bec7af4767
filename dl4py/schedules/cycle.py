"""One-cycle schedule."""

from typing import Any

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.compatibility import Compatibility
from dl4py.schedules.base import CountedSchedule, power, schedule
from dl4py.spec import Count, Number, Size, key


@schedule("cycle", java="org.nd4j.linalg.schedule.CycleSchedule")
class Cycle(CountedSchedule):
    """Up from the initial to the largest rate, down again, then decay: ``i mod cycle_length`` counts of each cycle.

    With ``s = (cycle_length - annealing_length) / 2`` and ``d = (max - initial) / s``: ``initial + d p`` for p < s,
    ``max - d (p - s)`` for p < 2 s, then ``initial annealing_decay^(annealing_length - (cycle_length - p))``.
    Smith, "A disciplined approach to neural network hyper-parameters", 2018, https://arxiv.org/abs/1803.09820.
    """

    initial_learning_rate: Number = key("Rate at both ends of the cycle.")
    max_learning_rate: Number = key("Rate in the middle.")
    cycle_length: Size = key("Counts of a cycle.")
    annealing_length: Count = key("Counts of the decay at its end.")
    annealing_decay: Number = key("Factor per count of the decay.", default=0.1)

    @field_validator("annealing_length")
    @classmethod
    def _leaves_a_way_up(cls, value: int, info: ValidationInfo) -> int:
        length = info.data.get("cycle_length", value + 2)
        if length - value < 2:
            raise PydanticCustomError(
                "cycle_room",
                "a cycle of {length} counts has no room for a way up and down beside this decay",
                {"length": length},
            )
        return value

    def after(self, i: int, compatibility: Compatibility) -> float:
        position = i % self.cycle_length
        step, increment = self.step_size, self.increment
        if position < step:
            return self.initial_learning_rate + increment * position
        if position < 2 * step:
            return self.max_learning_rate - increment * (position - step)
        counts = self.annealing_length - (self.cycle_length - position)
        return self.initial_learning_rate * power(self.annealing_decay, counts)

    @property
    def step_size(self) -> int:
        """Counts of the way up."""
        return (self.cycle_length - self.annealing_length) // 2

    @property
    def increment(self) -> float:
        """Rise per count on the way up."""
        return (self.max_learning_rate - self.initial_learning_rate) / self.step_size

    def json_more(self) -> dict[str, Any]:
        """What DL4J prints beside the keys."""
        return {"increment": self.increment, "stepSize": self.step_size}
