import numpy as np
import pytest
import scipy.stats
from contract import check_json, check_noise_gradient, check_round_trip, noisy_weights

from dl4py.distributions.constant import Constant
from dl4py.distributions.log_normal import LogNormal
from dl4py.distributions.normal import Gaussian, Normal
from dl4py.distributions.uniform import Uniform
from dl4py.errors import UnsupportedFeature
from dl4py.weight_noise.weight_noise import RandomNoise

W = np.linspace(0.5, 2, 3000)
DISTRIBUTIONS = [
    (Normal(mean=0.5, std=0.1), scipy.stats.norm(0.5, 0.1)),
    (Gaussian(mean=0.5, std=0.1), scipy.stats.norm(0.5, 0.1)),
    (Uniform(lower=1.0, upper=2.0), scipy.stats.uniform(1, 1)),
]


@pytest.mark.parametrize("mode", ["exact", "dl4j"])
@pytest.mark.parametrize(("distribution", "truth"), DISTRIBUTIONS)
def test_noise_is_added_or_multiplied(distribution, truth, mode):
    check_round_trip(RandomNoise(distribution=distribution))
    added = noisy_weights(RandomNoise(distribution=distribution), W, mode=mode) - W
    assert scipy.stats.kstest(added, truth.cdf).pvalue > 0.01
    factor = noisy_weights(RandomNoise(distribution=distribution, additive=False), W, mode=mode) / W
    assert scipy.stats.kstest(factor, truth.cdf).pvalue > 0.01


def test_constant_noise():
    noise = RandomNoise(distribution=Constant(value=0.25))
    assert np.allclose(noisy_weights(noise, W), W + 0.25)
    assert np.allclose(noisy_weights(noise.but(additive=False), W), W * 0.25)


def test_biases_and_inference_stay_clean():
    noise = RandomNoise(distribution=Normal())
    assert np.array_equal(noisy_weights(noise, W, "bias"), W)
    assert np.array_equal(noisy_weights(noise, W, training=False), W)
    assert np.array_equal(noisy_weights(noise.but(apply_to_bias=True), W, "bias", training=False), W)


def test_dl4j_leaks_bias_noise_into_inference():
    noise = RandomNoise(distribution=Normal(), apply_to_bias=True)
    assert not np.array_equal(noisy_weights(noise, W, "bias", training=False, mode="dl4j"), W)


@pytest.mark.parametrize("additive", [True, False])
def test_gradient_is_that_of_the_clean_weights(additive):
    distribution = {"type": "normal", "mean": 0.8, "std": 0.5}
    check_noise_gradient({"type": "weight_noise", "distribution": distribution, "additive": additive})


def test_other_distributions_are_named():
    with pytest.raises(UnsupportedFeature) as error:
        noisy_weights(RandomNoise(distribution=LogNormal()), W)
    assert str(error.value) == "weight noise from the distribution `log_normal` is not built yet"
    assert error.value.hint == "use normal, gaussian, uniform or constant"


def test_json():
    keys = (
        '{"additive":true,"applyToBias":false,"distribution":'
        '{"type":"org.deeplearning4j.nn.conf.distribution.NormalDistribution","mean":0.0,"std":0.1}}'
    )
    check_json(RandomNoise(distribution=Normal(std=0.1)), "WeightNoise", keys)
