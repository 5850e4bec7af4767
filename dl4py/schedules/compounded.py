"""A rate that its schedule multiplies again and again."""

from dl4py.compatibility import Compatibility
from dl4py.schedules.base import Schedule, schedule
from dl4py.spec import Count, Number, key


@schedule("compounded", java="dl4py.schedules.compounded")
class Compounded(Schedule):
    """``v(i) = start factor(since) factor(since + 1) ... factor(i)``, ``start`` before; i counts iterations.

    The learning rate policies of DL4J 0.x: each iteration multiplied the stored rate. 1.0.0 has no such schedule and
    is told the number `start`.
    """

    start: Number = key("Value before the first factor.")
    factor: Schedule = key("What each iteration multiplies.")
    since: Count = key("The first iteration whose factor counts.", default=0)

    def at(self, iteration: int, epoch: int, compatibility: Compatibility) -> float:
        exact = Compatibility("exact")  # DL4J 0.x had the falling `poly`
        done, value = self.__dict__.get("_last", (self.since - 1, self.start))
        if done > iteration:
            done, value = self.since - 1, self.start
        for i in range(done + 1, iteration + 1):
            value *= self.factor.at(i, epoch, exact)
        self.__dict__["_last"] = (max(done, iteration), value)
        return value

    def number(self) -> float:
        return self.start
