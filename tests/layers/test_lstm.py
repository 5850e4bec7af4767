"""Long short-term memory, against its formula in plain NumPy."""

import numpy as np
import pytest

from dl4py.layers.lstm import Lstm
from dl4py.shapes import Recurrent
from tests.contract import assert_close, generator
from tests.sequences import Alone, check_alone


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def hard(z: np.ndarray) -> np.ndarray:
    return np.clip(0.2 * z + 0.5, 0, 1)


def formula(x, W, RW, b, gate=sigmoid, mask=None, h=0.0, c=0.0, act=np.tanh):
    """The steps of an LSTM, with peepholes where RW has three columns more."""
    n = len(RW)
    wf, wo, wg = RW[:, 4 * n :].T if RW.shape[1] > 4 * n else np.zeros((3, n))
    h, c = np.broadcast_to(h, (x.shape[1], n)), np.broadcast_to(c, (x.shape[1], n))
    out = []
    for t in range(len(x)):
        zi, zf, zo, zg = np.split(x[t] @ W + h @ RW[:, : 4 * n] + b, 4, axis=1)
        c = gate(zf + c * wf) * c + gate(zg + c * wg) * act(zi)
        h = gate(zo + c * wo) * act(c)
        if mask is not None:
            h, c = h * mask[t][:, None], c * mask[t][:, None]
        out.append(h)
    return np.array(out), h, c


X = generator(1).normal(size=(5, 3, 4))
MASK = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1], [1, 1, 0], [0, 1, 0.5]])
GIVEN = Recurrent(4, 5)
GATES = {"sigmoid": sigmoid, "hardsigmoid": hard, "softsign": lambda z: z / (1 + abs(z))}


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
def test_contract(gate, mask):
    layer = Lstm(n_out=3, activation="tanh", gate_activation=gate)
    alone = check_alone(layer, GIVEN, X, mask)
    truth, _, _ = formula(X, **alone.params, gate=GATES[gate], mask=mask)
    assert_close(alone.run(X, mask=mask)["y"], truth, 1e-9, 1e-12)


def test_any_function_of_the_cell():
    alone = check_alone(Lstm(n_out=3, activation="softsign"), GIVEN, X, MASK)
    truth, _, _ = formula(X, **alone.params, mask=MASK, act=lambda z: z / (1 + abs(z)))
    assert_close(alone.run(X, mask=MASK)["y"], truth, 1e-9, 1e-12)


def test_dl4j_ignores_masks():
    alone = Alone(Lstm(n_out=3, activation="tanh"), GIVEN, mode="dl4j")
    plain, masked = alone.run(X, np.ones), alone.run(X, np.ones, mask=MASK)
    assert all(np.array_equal(plain[name], masked[name]) for name in plain)


def test_state_goes_on():
    """Two halves with state are the whole."""
    alone = Alone(Lstm(n_out=3, activation="tanh"), GIVEN)
    whole, h, c = formula(X, **alone.params)
    states = {"h": np.zeros((3, 3)), "c": np.zeros((3, 3))}
    first = alone.run(X[:2], states=states)["y"]
    second = alone.run(X[2:], states=states)["y"]
    assert_close(np.concatenate([first, second]), whole, 1e-9, 1e-12)
    assert_close(states["h"], h, 1e-9, 1e-12)
    assert_close(states["c"], c, 1e-9, 1e-12)


@pytest.mark.parametrize("mode", ["exact", "dl4j"])
def test_gradient_behind_a_state(mode):
    """DL4J takes gates from a run that starts at 0, whatever state the output came from."""
    alone = Alone(Lstm(n_out=3, activation="tanh"), GIVEN, mode=mode)
    g = generator(9)
    h, c = g.normal(size=(2, 3, 3))
    found = alone.run(X, np.ones, states={"h": h.copy(), "c": c.copy()})
    W = alone.params["W"]
    start = {"h": h, "c": c} if mode == "exact" else {}
    for i in ((0, 0), (1, 4), (3, 11)):
        sums = []
        for sign in (1e-6, -1e-6):
            moved = W.copy()
            moved[i] += sign
            sums.append(formula(X, **{**alone.params, "W": moved}, **start)[0].sum())
        assert found["dW"][i] == pytest.approx((sums[0] - sums[1]) / 2e-6, rel=1e-5)
    assert_close(found["y"], formula(X, **alone.params, h=h, c=c)[0], 1e-9, 1e-12)


def test_first_values():
    """Fans are n and n_in + n; only the forget gate has a bias."""
    layer = Lstm(n_out=3, forget_gate_bias_init=2.0, weight_init_recurrent="zero").given(GIVEN)
    W, RW, b = layer.params()
    assert (W.fan_in, W.fan_out, W.shape) == (3.0, 7.0, (4, 12))
    assert (RW.fan_in, RW.fan_out, RW.shape) == (3.0, 7.0, (3, 12))
    assert RW.initializer.type == "zero"
    assert b.start == (0, 0, 0, 2.0, 2.0, 2.0, 0, 0, 0, 0, 0, 0)
