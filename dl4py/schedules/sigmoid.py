"""Rise or decay along a sigmoid."""

from math import e

from dl4py.compatibility import Compatibility
from dl4py.schedules.base import CountedSchedule, power, schedule
from dl4py.spec import Number, Size, key


@schedule("sigmoid", java="org.nd4j.linalg.schedule.SigmoidSchedule")
class Sigmoid(CountedSchedule):
    """``v0 / (1 + e^(-gamma (i - step_size)))``: rises to v0, or falls from it when gamma is below 0."""

    initial_value: Number = key("Value at count 0.")
    gamma: Number = key("Steepness.")
    step_size: Size = key("Count at which half is reached.")

    def after(self, i: int, compatibility: Compatibility) -> float:
        return self.initial_value / (1.0 + power(e, -self.gamma * (i - self.step_size)))
