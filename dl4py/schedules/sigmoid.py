"""Sigmoid decay."""

from math import exp

from dl4py.compatibility import Compatibility
from dl4py.schedules.base import CountedSchedule, schedule
from dl4py.spec import Number, Size, key


@schedule("sigmoid", java="org.nd4j.linalg.schedule.SigmoidSchedule")
class Sigmoid(CountedSchedule):
    """``v0 / (1 + e^(-gamma (i - step_size)))``."""

    initial_value: Number = key("Value at count 0.")
    gamma: Number = key("Steepness.")
    step_size: Size = key("Count at which half is reached.")

    def after(self, i: int, compatibility: Compatibility) -> float:
        return self.initial_value / (1.0 + exp(-self.gamma * (i - self.step_size)))
