"""Polynomial decay."""

from dl4py.compatibility import Compatibility
from dl4py.schedules.base import CountedSchedule, power, schedule
from dl4py.spec import Number, Size, key


@schedule("poly", java="org.nd4j.linalg.schedule.PolySchedule")
class Poly(CountedSchedule):
    """``v0 (1 - i / max_iter)^power``, 0 from `max_iter` on; DL4J's grows (quirk 1)."""

    initial_value: Number = key("Value at count 0.")
    power: Number = key("Exponent.")
    max_iter: Size = key("Count at which the value is 0.")

    def after(self, i: int, compatibility: Compatibility) -> float:
        if i >= self.max_iter:
            return 0.0
        share = i / self.max_iter
        return self.initial_value * power(1.0 + share if compatibility.has(1) else 1.0 - share, self.power)
