from contract import check_round_trip, generator

from dl4py.compatibility import Compatibility
from dl4py.distributions.uniform import Uniform
from dl4py.initializers.distribution import DistributionInit
from dl4py.plan import Param


def test_fans_do_not_matter():
    initializer = DistributionInit(distribution=Uniform(lower=2.0, upper=3.0))
    check_round_trip(initializer)
    drawn = initializer.draw(generator(), Param.weight("W", (50, 4)), Compatibility())
    assert drawn.min() >= 2.0
    assert drawn.max() <= 3.0
    assert drawn.std() > 0.25
