"""A schedule that does not change."""

from dl4py.compatibility import Compatibility
from dl4py.schedules.base import Schedule, schedule
from dl4py.spec import Number, key


@schedule("fixed", java="org.nd4j.linalg.schedule.FixedSchedule")
class Fixed(Schedule):
    """``v``."""

    value: Number = key("The value.")

    def at(self, iteration: int, epoch: int, compatibility: Compatibility) -> float:
        return self.value
