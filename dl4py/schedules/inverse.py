"""Inverse decay."""

from dl4py.compatibility import Compatibility
from dl4py.schedules.base import CountedSchedule, power, schedule
from dl4py.spec import Number, key


@schedule("inverse", java="org.nd4j.linalg.schedule.InverseSchedule")
class Inverse(CountedSchedule):
    """``v0 / (1 + gamma i)^power``."""

    initial_value: Number = key("Value at count 0.")
    gamma: Number = key("Growth of the divisor per count.")
    power: Number = key("Exponent.")

    def after(self, i: int, compatibility: Compatibility) -> float:
        return self.initial_value * power(1.0 + self.gamma * i, -self.power)
