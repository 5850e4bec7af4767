"""Decay in steps."""

from math import floor

from dl4py.compatibility import Compatibility
from dl4py.schedules.base import CountedSchedule, power, schedule
from dl4py.spec import Number, Positive, key


@schedule("step", java="org.nd4j.linalg.schedule.StepSchedule")
class Step(CountedSchedule):
    """``v0 decay_rate^floor(i / step)``."""

    initial_value: Number = key("Value at count 0.")
    decay_rate: Number = key("Factor per step.")
    step: Positive = key("Counts of a step.")

    def after(self, i: int, compatibility: Compatibility) -> float:
        return self.initial_value * power(self.decay_rate, floor(i / self.step))
