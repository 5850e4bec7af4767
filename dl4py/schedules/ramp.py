"""Warm-up before another schedule."""

from dl4py.compatibility import Compatibility
from dl4py.schedules.base import Schedule, schedule
from dl4py.spec import Size, key


@schedule("ramp", java="org.nd4j.linalg.schedule.RampSchedule")
class Ramp(Schedule):
    """``base(i) (i + 1) / num_iter`` until ``i = num_iter - 1``, then ``base(i)``; i counts iterations."""

    base_schedule: Schedule = key("The schedule that is warmed up.", json="")
    num_iter: Size = key("Iterations of the warm-up.", json="")

    def at(self, iteration: int, epoch: int, compatibility: Compatibility) -> float:
        base = self.base_schedule.at(iteration, epoch, compatibility)
        return base * (iteration + 1) / self.num_iter if iteration < self.num_iter - 1 else base
