import scipy.stats
from contract import check_initializer, check_json

from dl4py.distributions.normal import Normal
from dl4py.distributions.uniform import Uniform
from dl4py.initializers.distribution import DistributionInit
from dl4py.plan import Param


def test_fans_do_not_matter():
    initializer = DistributionInit(distribution=Uniform(lower=2.0, upper=3.0))
    check_initializer(initializer, scipy.stats.uniform(2, 1), Param.weight("W", (50, 40)))


def test_json():
    keys = '{"distribution":{"type":"org.deeplearning4j.nn.conf.distribution.NormalDistribution","mean":0.0,"std":1.0}}'
    check_json(DistributionInit(distribution=Normal()), "WeightInitDistribution", keys)
