"""Steps in the order of older DL4J versions, against plain NumPy."""

import numpy as np
import pytest

from dl4py.network import Network, NetworkConfig
from dl4py.network.era import ORDERS, order_of

RATE, DECAY, EPS, L1, L2 = 0.05, 0.9, 1e-8, 0.02, 0.03
X = np.random.default_rng(1).normal(size=(6, 4))
Y = np.random.default_rng(2).normal(size=(6, 3))
CLIP = 0.7


def network(era, mode="dl4j"):
    layer = {
        "type": "output", "n_out": 3, "activation": "identity", "loss": "l2", "l1": L1,
        "regularization": [{"type": "weight_decay", "coeff": L2, "apply_lr": False}],
        "updater": {"type": "rms_prop", "learning_rate": RATE, "rms_decay": DECAY, "epsilon": EPS},
        "gradient_normalization": "clip_element_wise_absolute_value", "gradient_normalization_threshold": CLIP,
    }  # fmt: skip
    config = {"input": 4, "data_type": "double", "compatibility": mode, "era": era, "layers": [layer]}
    return Network(NetworkConfig.model_validate(config))


def steps(era, W, b, count):
    """What the tables of the eras say, with sums over the batch as the starting point."""
    n = len(X)
    cache = {"W": np.full(W.shape, EPS), "b": np.full(b.shape, EPS)}
    scores = []
    for _ in range(count):
        error = X @ W + b - Y
        penalty = L1 * np.abs(W).sum() + L2 / 2 * (W**2).sum()
        loss = (error**2).sum()
        scores.append((loss + penalty) / n if era in ("beta2", "beta3_scaled") else loss / n + penalty)
        gradients = {"W": 2 * X.T @ error, "b": 2 * error.sum(axis=0)}
        for name, values in (("W", W), ("b", b)):
            g = gradients[name]
            l1, decay = (L1 * np.sign(values), L2 * values) if name == "W" else (0.0, 0.0)
            g = np.clip(g if era == "beta2" else g / n, -CLIP, CLIP)
            if era == "current":
                g = g + l1
            cache[name] = DECAY * cache[name] + (1 - DECAY) * g * g
            step = RATE * g / (np.sqrt(cache[name]) + EPS)
            late = decay if era == "current" else l1 + decay
            if era == "beta2":
                step = (step + late) / n
            else:
                step = step + (late / n if era == "beta3_scaled" else late)
            values -= step
    return scores


@pytest.mark.parametrize("era", ORDERS)
def test_steps_and_scores_follow_the_table(era):
    net = network(era)
    W, b = net.params[:12].reshape(4, 3, order="F").copy(), net.params[12:].copy()
    wanted = steps(era, W, b, 5)
    found = [net.fit(X, Y) for _ in range(5)]
    assert found == pytest.approx(wanted, rel=1e-12)
    assert net.params == pytest.approx(np.concatenate([W.ravel("F"), b]), rel=1e-10)


def test_exact_networks_step_as_today():
    old, new = network("beta2", "exact"), network("current", "exact")
    for net in (old, new):
        net.fit(X, Y)
    assert np.array_equal(old.params, new.params)
    assert order_of("beta2", "exact") == ORDERS["current"]


def test_the_eras_differ():
    params = []
    for era in ORDERS:
        net = network(era)
        net.fit(X, Y)
        params.append(net.params.copy())
    for i, one in enumerate(params):
        for other in params[:i]:
            assert np.abs(one - other).max() > 1e-4


def test_without_mini_batch_nothing_is_divided():
    layer = {"type": "output", "n_out": 3, "activation": "identity", "loss": "l2", "l1": L1, "updater": "sgd"}
    nets = []
    for era in ("beta2", "current"):
        config = {"input": 4, "compatibility": "dl4j", "era": era, "mini_batch": False, "layers": [layer]}
        nets.append(Network(NetworkConfig.model_validate(config | {"data_type": "double"})))
    old, new = nets
    assert old.fit(X, Y) == pytest.approx(new.fit(X, Y))
    W = old.params[:12]
    late = (1 - 1e-3) * L1  # today L1 passes through the updater and is scaled by its rate
    assert np.abs(W - new.params[:12]) == pytest.approx(np.full(12, late), rel=1e-6)
