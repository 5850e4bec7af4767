import numpy as np
import pytest
from contract import check_json, check_noise_gradient, check_round_trip, noisy_weights

from dl4py.errors import InvalidValue
from dl4py.schedules.step import Step
from dl4py.spec import Source
from dl4py.spec.bind import bind_thing
from dl4py.weight_noise.drop_connect import DropConnect

W = np.full(4000, 2.0)


@pytest.mark.parametrize(("mode", "kept"), [("exact", 2.0 / 0.7), ("dl4j", 2.0)])
def test_kept_weights_are_scaled_except_in_dl4j(mode, kept):
    check_round_trip(DropConnect(weight_retain_prob=0.7))
    w = noisy_weights(DropConnect(weight_retain_prob=0.7), W, mode=mode)
    assert np.unique(w) == pytest.approx([0.0, kept])
    assert abs((w > 0).mean() - 0.7) < 0.03


def test_each_step_draws_anew_and_repeats():
    first, second = (noisy_weights(DropConnect(), W, iteration=i) for i in (0, 1))
    assert not np.array_equal(first, second)
    assert np.array_equal(first, noisy_weights(DropConnect(), W, iteration=0))


def test_probability_follows_a_schedule():
    noise = DropConnect(weight_retain_prob=Step(initial_value=0.9, decay_rate=0.5, step=10.0))
    assert abs((noisy_weights(noise, W, iteration=10) > 0).mean() - 0.45) < 0.03


@pytest.mark.parametrize("role", ["weight", "bias"])
def test_inference_is_clean(role):
    assert np.array_equal(noisy_weights(DropConnect(apply_to_biases=True), W, role, training=False), W)


def test_biases_are_noisy_only_when_asked():
    assert np.array_equal(noisy_weights(DropConnect(), W, "bias"), W)
    assert not np.array_equal(noisy_weights(DropConnect(apply_to_biases=True), W, "bias"), W)


@pytest.mark.parametrize(("role", "clean"), [("weight", True), ("bias", False)])
def test_dl4j_leaks_bias_noise_into_inference(role, clean):
    found = noisy_weights(DropConnect(apply_to_biases=True), W, role, training=False, mode="dl4j")
    assert np.array_equal(found, W) == clean


def test_gradient_is_that_of_the_clean_weights():
    check_noise_gradient({"type": "drop_connect", "weight_retain_prob": 0.6, "apply_to_biases": True})


def test_something_must_be_kept():
    with pytest.raises(InvalidValue) as error:
        bind_thing(DropConnect, Source("spec.yaml", "weight_retain_prob: 0"))
    assert str(error.value) == "`weight_retain_prob` must be a number above 0 and at most 1 or a schedule, found 0"


def test_json():
    keys = '{"applyToBiases":false,"weightRetainProbSchedule":null,"weightRetainProb":0.5}'
    check_json(DropConnect(), "DropConnect", keys)
