"""Exponential decay."""

from dl4py.compatibility import Compatibility
from dl4py.schedules.base import CountedSchedule, power, schedule
from dl4py.spec import Number, key


@schedule("exponential", java="org.nd4j.linalg.schedule.ExponentialSchedule")
class Exponential(CountedSchedule):
    """``v0 gamma^i``."""

    initial_value: Number = key("Value at count 0.")
    gamma: Number = key("Factor per count.")

    def after(self, i: int, compatibility: Compatibility) -> float:
        return self.initial_value * power(self.gamma, i)
