import numpy as np
import pytest

from dl4py.network import Network, NetworkConfig

T = 0.05


def step(mode):
    """The gradient that the updater `no_op` subtracts, by parameter, and the plain mean gradient."""
    layers = [{"type": "dense", "n_out": 3, "activation": "tanh"}, {"type": "output", "n_out": 2}]
    keys = {"updater": "no_op", "gradient_normalization": mode, "gradient_normalization_threshold": T}
    network = Network(
        NetworkConfig.model_validate({"input": 4, "seed": 1, "data_type": "double", "defaults": keys, "layers": layers})
    )
    g = np.random.default_rng(0)
    x, y = g.normal(size=(6, 4)), np.eye(2)[g.integers(0, 2, 6)]
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
