"""LSTM with peepholes, against its formula in plain NumPy."""

import numpy as np
import pytest

from dl4py.layers.graves_lstm import GravesLstm
from tests.contract import assert_close
from tests.layers.test_lstm import GATES, GIVEN, MASK, X, formula
from tests.sequences import Alone, check_alone


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
def test_contract(gate, mask):
    alone = check_alone(GravesLstm(n_out=3, activation="tanh", gate_activation=gate), GIVEN, X, mask)
    truth, _, _ = formula(X, **alone.params, gate=GATES[gate], mask=mask)
    assert_close(alone.run(X, mask=mask)["y"], truth, 1e-9, 1e-12)
    assert alone.params["RW"].shape == (3, 15)


def test_state_goes_on():
    alone = Alone(GravesLstm(n_out=3, activation="tanh"), GIVEN)
    whole, h, c = formula(X, **alone.params)
    states = {"h": np.zeros((3, 3)), "c": np.zeros((3, 3))}
    halves = [alone.run(part, states=states)["y"] for part in (X[:2], X[2:])]
    assert_close(np.concatenate(halves), whole, 1e-9, 1e-12)
    assert_close(states["c"], c, 1e-9, 1e-12)


def test_dl4j_ignores_masks():
    alone = Alone(GravesLstm(n_out=3, activation="tanh"), GIVEN, mode="dl4j")
    assert np.array_equal(alone.run(X)["y"], alone.run(X, mask=MASK)["y"])
