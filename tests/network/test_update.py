"""One update in DL4J's order, against the same steps in NumPy."""

import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.network import Network, NetworkConfig

G = np.random.default_rng(0)
X, Y = G.normal(size=(6, 4)), np.eye(2)[G.integers(0, 2, 6)]
LAYERS = [{"type": "dense", "n_out": 3, "activation": "tanh", "bias_init": -0.2}, {"type": "output", "n_out": 2}]


def network(compatibility="exact", mini_batch=True, **defaults):
    spec = {"input": 4, "seed": 1, "data_type": "double", "compatibility": compatibility, "mini_batch": mini_batch}
    return Network(NetworkConfig.model_validate({**spec, "defaults": defaults, "layers": LAYERS}))


def stepped(net):
    """Parameters before and after one step, and the summed gradient."""
    before, gradient = net.params.copy(), net.gradient(X, Y)
    net.fit(X, Y)
    return before, net.params.copy(), gradient


def by_role(net, weight, bias):
    """A value for each parameter: one for weights, one for biases."""
    return np.concatenate(
        [np.full(slot.param.size, weight if slot.param.role == "weight" else bias) for slot in net.parameters.slots]
    )


@pytest.mark.parametrize(("mini_batch", "divisor"), [(True, 6), (False, 1)])
def test_the_gradient_is_averaged_unless_told_otherwise(mini_batch, divisor):
    before, after, gradient = stepped(network(mini_batch=mini_batch, updater={"type": "sgd", "learning_rate": 0.1}))
    assert np.allclose(after, before - 0.1 * gradient / divisor, rtol=1e-12, atol=1e-14)


def test_penalties_before_the_updater_and_after_it():
    net = network(
        updater={"type": "rms_prop", "learning_rate": 0.1, "rms_decay": 0.9, "epsilon": 1e-6},
        gradient_normalization="clip_element_wise_absolute_value", gradient_normalization_threshold=0.05,
        l1=0.01, l2=0.02, l2_bias=0.03, weight_decay=0.04,
    )  # fmt: skip
    before, after, gradient = stepped(net)
    g = np.clip(gradient / 6, -0.05, 0.05)
    g = g + by_role(net, 0.01, 0.0) * np.sign(before) + by_role(net, 0.02, 0.03) * before
    step = 0.1 * g / (np.sqrt(0.9 * 1e-6 + 0.1 * g**2) + 1e-6) + by_role(net, 0.04, 0.0) * 0.1 * before
    assert np.allclose(after, before - step, rtol=1e-10, atol=1e-14)


def test_the_score_holds_every_penalty():
    plain = network().score(X, Y)
    net = network(l1=0.01, l2=0.02, l2_bias=0.03, weight_decay=0.04)
    w = net.params
    squares = (by_role(net, 0.02 + 0.04, 0.03) * w**2).sum() / 2
    assert net.score(X, Y) == pytest.approx(plain + (by_role(net, 0.01, 0.0) * np.abs(w)).sum() + squares, rel=1e-12)


NON_NEGATIVE = [(["weights"], True, False), (["biases"], False, True), (["all"], True, True), (["W"], True, False)]


@pytest.mark.parametrize(("params", "weights", "biases"), [*NON_NEGATIVE, ([], False, False), (None, False, False)])
def test_constraints_hold_for_the_parameters_they_name(params, weights, biases):
    net = network(constraints=[{"type": "non_negative", "params": params}], updater="no_op")
    before, after, gradient = stepped(net)
    free = before - gradient / 6
    assert (free[by_role(net, True, False) == 1] < 0).any()
    assert (free[by_role(net, False, True) == 1] < 0).any()
    held = by_role(net, weights, biases) == 1
    assert np.allclose(after, np.where(held, np.maximum(free, 0), free), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("compatibility", "times"), [("exact", 1), ("dl4j", 2)])
def test_dl4j_constrains_twice(compatibility, times):
    constraint = {"type": "max_norm", "max_norm": 0.5, "epsilon": 0.1, "dimensions": [0]}
    net = network(compatibility, constraints=[constraint], updater="no_op")
    before, after, gradient = stepped(net)
    free = before - gradient / 6
    for slot in net.parameters.slots:
        w = free[slot.offset : slot.stop].reshape(slot.param.shape, order="F")
        for _ in range(times if slot.param.role == "weight" else 0):
            n = np.linalg.norm(w, axis=0, keepdims=True)
            w = w * np.minimum(n, 0.5) / (n + 0.1)
        assert np.allclose(after[slot.offset : slot.stop], w.ravel(order="F"), rtol=1e-10, atol=1e-14)


def test_a_constraint_on_dimensions_that_a_bias_lacks():
    net = network(constraints=[{"type": "max_norm", "max_norm": 0.5, "dimensions": [1], "params": ["all"]}])
    with pytest.raises(ShapeError) as error:
        net.fit(X, Y)
    assert str(error.value) == "constraint `max_norm`: a norm over dimensions [1] of a parameter of shape [3]"


def test_biases_may_have_their_own_updater():
    net = network(updater={"type": "sgd", "learning_rate": 0.1}, bias_updater={"type": "sgd", "learning_rate": 0.5})
    before, after, gradient = stepped(net)
    assert np.allclose(after, before - by_role(net, 0.1, 0.5) * gradient / 6, rtol=1e-12, atol=1e-14)
