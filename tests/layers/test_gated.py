"""The LSTM in one kernel, against its steps recorded one by one."""

import numpy as np
import pytest

from dl4py.layers import lstm
from dl4py.layers.gated import common
from dl4py.layers.graves_lstm import GravesLstm
from dl4py.layers.lstm import Lstm
from dl4py.shapes import Recurrent
from tests.contract import assert_close, generator
from tests.sequences import Alone

X = generator(4).normal(size=(6, 3, 4))
DY = generator(5).normal(size=(6, 3, 5))
MASK = np.array([[1, 1, 1], [1, 0, 1], [1, 0, 1], [1, 1, 0], [1, 1, 0], [0, 1, 0.5]])


@pytest.mark.parametrize(
    ("cell", "gate", "expected"),
    [("tanh", "sigmoid", 0), ("tanh", "hardsigmoid", 1), ("tanh", "tanh", None), ("softsign", "sigmoid", None)],
)
def test_which_functions_are_common(cell, gate, expected):
    assert common(Lstm(n_out=3, activation=cell, gate_activation=gate)) == expected


@pytest.mark.parametrize("cls", [Lstm, GravesLstm])
@pytest.mark.parametrize("gate", ["sigmoid", "hardsigmoid"])
@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
@pytest.mark.parametrize("mode", ["exact", "dl4j"])
def test_one_kernel_is_all_steps(cls, gate, mask, mode, monkeypatch):
    layer = cls(n_out=5, activation="tanh", gate_activation=gate)

    def found():
        states = {name: generator(6).normal(size=(3, 5)) for name in "hc"}
        alone = Alone(layer, Recurrent(4, 6), mode=mode)
        return alone.run(X, lambda shape: DY, mask=mask, states=states) | {f"next {n}": a for n, a in states.items()}

    together = found()
    monkeypatch.setattr(lstm, "common", lambda _: None)
    apart = found()
    assert together.keys() == apart.keys()
    for name, array in apart.items():
        assert_close(together[name], array, 1e-10, 1e-12)
