import numpy as np
import pytest
from contract import check_round_trip, run

from dl4py.weight_noise.drop_connect import DropConnect

W = np.full(4000, 2.0)


def noisy(noise, role="weight", **how):
    return run(lambda e, w: [noise.emit(e, w, role)], W, **how)[0]


def test_weights_are_dropped_and_not_rescaled():
    check_round_trip(DropConnect(weight_retain_prob=0.7))
    w = noisy(DropConnect(weight_retain_prob=0.7))
    assert set(np.unique(w)) == {0.0, 2.0}
    assert abs((w > 0).mean() - 0.7) < 0.03


@pytest.mark.parametrize("role", ["weight", "bias"])
def test_inference_is_clean(role):
    assert np.array_equal(noisy(DropConnect(apply_to_biases=True), role, training=False), W)


def test_biases_are_noisy_only_when_asked():
    assert np.array_equal(noisy(DropConnect(), "bias"), W)
    assert not np.array_equal(noisy(DropConnect(apply_to_biases=True), "bias"), W)


def test_dl4j_leaks_bias_noise_into_inference():
    assert not np.array_equal(noisy(DropConnect(apply_to_biases=True), "bias", training=False, mode="dl4j"), W)
