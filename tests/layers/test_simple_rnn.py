"""Simple recurrent layer, against its formula in plain NumPy."""

import numpy as np
import pytest

from dl4py.layers.simple_rnn import SimpleRnn
from dl4py.shapes import Recurrent
from tests.contract import assert_close, generator
from tests.sequences import Alone, check_alone

X = generator(1).normal(size=(5, 3, 4))
MASK = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1], [1, 1, 0], [0, 1, 0.5]])
GIVEN = Recurrent(4, 5)
FUNCTIONS = {"tanh": np.tanh, "softsign": lambda z: z / (1 + abs(z))}


def normalized(z, gain):
    return (z - z.mean(1, keepdims=True)) / np.sqrt(z.var(1, keepdims=True) + 1e-12) * gain


def formula(x, W, RW, b, g=None, act=np.tanh, mask=None, h=0.0):
    n = len(RW)
    h = np.broadcast_to(h, (x.shape[1], n))
    out = []
    for t in range(len(x)):
        a, r = x[t] @ W, h @ RW
        h = act((a + r if g is None else normalized(a, g[:n]) + normalized(r, g[n:])) + b)
        h = h if mask is None else h * mask[t][:, None]
        out.append(h)
    return np.array(out)


@pytest.mark.parametrize("mode", ["exact", "dl4j"])
@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
@pytest.mark.parametrize("activation", FUNCTIONS)
def test_contract(activation, mask, mode):
    alone = check_alone(SimpleRnn(n_out=3, activation=activation), GIVEN, X, mask, mode)
    truth = formula(X, **alone.params, act=FUNCTIONS[activation], mask=mask)
    assert_close(alone.run(X, mask=mask)["y"], truth, 1e-9, 1e-12)


def test_layer_normalization():
    """The first state is 0, so its product is a row of equal values: 0 over its root is 0 with an epsilon."""
    layer = SimpleRnn(n_out=3, activation="tanh", has_layer_norm=True)
    alone = Alone(layer, GIVEN)
    g = generator(3)
    states = {"h": g.normal(size=(3, 3))}
    truth = formula(X, **alone.params, h=states["h"])
    assert_close(alone.run(X, states=states)["y"], truth, 1e-9, 1e-12)
    assert_close(alone.run(X)["y"], formula(X, **alone.params), 1e-9, 1e-12)
    found = alone.run(X, np.ones)
    for name, value in alone.params.items():
        for i in np.ndindex(value.shape):
            sums = []
            for sign in (1e-6, -1e-6):
                moved = value.copy()
                moved[i] += sign
                sums.append(formula(X, **{**alone.params, name: moved}).sum())
            assert_close(found["d" + name][i], (sums[0] - sums[1]) / 2e-6, 1e-4, 1e-7)


@pytest.mark.parametrize("mode", ["exact", "dl4j"])
def test_gradient_behind_a_state(mode):
    """DL4J's gradient is that of a run from state 0."""
    alone = Alone(SimpleRnn(n_out=3, activation="tanh"), GIVEN, mode=mode)
    h = generator(9).normal(size=(3, 3))
    state = {"h": h.copy()}
    found = alone.run(X, np.ones, states=state)
    truth = formula(X, **alone.params, h=h)
    assert_close(found["y"], truth, 1e-9, 1e-12)
    assert_close(state["h"], truth[-1], 1e-9, 1e-12)
    start = h if mode == "exact" else 0.0
    RW = alone.params["RW"]
    for i in np.ndindex(3, 3):
        sums = []
        for sign in (1e-6, -1e-6):
            moved = RW.copy()
            moved[i] += sign
            sums.append(formula(X, **{**alone.params, "RW": moved}, h=start).sum())
        assert_close(found["dRW"][i], (sums[0] - sums[1]) / 2e-6, 1e-4, 1e-7)


def test_first_values():
    W, RW, b, g = SimpleRnn(n_out=3, bias_init=0.2, gain_init=2.0, has_layer_norm=True).given(GIVEN).params()
    assert (W.fan_in, W.fan_out, RW.fan_in, RW.fan_out) == (4.0, 3.0, 3.0, 3.0)
    assert (b.start, g.start, g.shape) == (0.2, 2.0, (6,))
