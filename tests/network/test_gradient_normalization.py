import numpy as np
import pytest

from dl4py.network import Network, NetworkConfig

T = 0.05


def step(mode, threshold=T, x=None, y=None, loss="mcxent", **defaults):
    """The gradient that the updater `no_op` subtracts, by parameter, and the plain mean gradient."""
    layers = [{"type": "dense", "n_out": 3, "activation": "tanh"}, {"type": "output", "n_out": 2, "loss": loss}]
    keys = {"updater": "no_op", "gradient_normalization": mode, "gradient_normalization_threshold": threshold}
    keys |= defaults
    network = Network(
        NetworkConfig.model_validate({"input": 4, "seed": 1, "data_type": "double", "defaults": keys, "layers": layers})
    )
    g = np.random.default_rng(0)
    x = g.normal(size=(6, 4)) if x is None else x
    y = np.eye(2)[g.integers(0, 2, 6)] if y is None else y
    plain = network.gradient(x, y) / 6
    before = network.params.copy()
    network.fit(x, y)
    return network, before - network.params, plain


def norm(v):
    return np.linalg.norm(v)


def layer_wise(f):
    return lambda parts: np.concatenate([f(np.concatenate(p)) for p in parts])


def param_wise(f):
    return lambda parts: np.concatenate([f(v) for p in parts for v in p])


TRUTH = {
    "none": layer_wise(lambda v: v),
    "renormalize_l2_per_layer": layer_wise(lambda v: v / norm(v)),
    "renormalize_l2_per_param_type": param_wise(lambda v: v / norm(v)),
    "clip_element_wise_absolute_value": layer_wise(lambda v: np.clip(v, -T, T)),
    "clip_l2_per_layer": layer_wise(lambda v: v * min(1, T / norm(v))),
    "clip_l2_per_param_type": param_wise(lambda v: v * min(1, T / norm(v))),
}


@pytest.mark.parametrize("mode", TRUTH)
def test_modes(mode):
    network, found, plain = step(mode)
    parts = {}
    for slot in network.parameters.slots:
        parts.setdefault(slot.node.name, []).append(plain[slot.offset : slot.stop])
    assert np.allclose(found, TRUTH[mode](list(parts.values())), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("mode", ["clip_l2_per_layer", "clip_l2_per_param_type", "clip_element_wise_absolute_value"])
def test_clipping_leaves_small_gradients(mode):
    _, found, plain = step(mode, threshold=1e3)
    assert np.allclose(found, plain, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("mode", ["renormalize_l2_per_layer", "renormalize_l2_per_param_type", "clip_l2_per_layer"])
def test_a_gradient_of_zeros_stays(mode):
    _, found, plain = step(
        mode, x=np.zeros((6, 4)), weight_init="zero", activation="tanh", loss="mse", y=np.zeros((6, 2))
    )
    assert not plain.any()
    assert not found.any()
