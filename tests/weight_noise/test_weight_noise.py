import numpy as np
import pytest
import scipy.stats
from contract import check_round_trip, run

from dl4py.distributions.constant import Constant
from dl4py.distributions.log_normal import LogNormal
from dl4py.distributions.normal import Normal
from dl4py.distributions.uniform import Uniform
from dl4py.errors import UnsupportedFeature
from dl4py.weight_noise.weight_noise import RandomNoise

W = np.linspace(-2, 2, 3000)


def noisy(noise, role="weight", **how):
    return run(lambda e, w: [noise.emit(e, w, role)], W, **how)[0]


def test_additive_and_multiplicative():
    check_round_trip(RandomNoise(distribution=Normal(std=0.1)))
    added = noisy(RandomNoise(distribution=Normal(mean=0.5, std=0.1))) - W
    assert scipy.stats.kstest(added, scipy.stats.norm(0.5, 0.1).cdf).pvalue > 0.01
    factor = noisy(RandomNoise(distribution=Uniform(lower=1.0, upper=2.0), additive=False)) / W
    assert scipy.stats.kstest(factor, scipy.stats.uniform(1, 1).cdf).pvalue > 0.01
    assert np.allclose(noisy(RandomNoise(distribution=Constant(value=0.25))), W + 0.25)


def test_biases_and_inference_stay_clean():
    noise = RandomNoise(distribution=Normal())
    assert np.array_equal(noisy(noise, "bias"), W)
    assert np.array_equal(noisy(noise, training=False), W)


def test_other_distributions_are_named():
    with pytest.raises(UnsupportedFeature) as error:
        noisy(RandomNoise(distribution=LogNormal()))
    assert str(error.value) == "weight noise from the distribution `log_normal` is not built yet"
