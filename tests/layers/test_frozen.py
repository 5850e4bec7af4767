import numpy as np
import pytest
from contract import Case, check_layer

from dl4py.layers.dense import Dense
from dl4py.layers.frozen import Frozen, FrozenWithBackprop

CASES = [
    Case(Frozen(layer=Dense(n_out=3, activation="tanh")), skip=["gradient"]),
    Case(FrozenWithBackprop(underlying=Dense(n_out=3, activation="tanh"))),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_parameters_stay(case):
    network = case.network(defaults={"l2": 0.1, "updater": "adam"})
    inside = [s for s in network.parameters.slots if s.node.name == "layer1"]
    before = [network.parameter(s).copy() for s in inside]
    for _ in range(3):
        network.fit(*case.batch(network))
    assert all(np.array_equal(network.parameter(s), b) for s, b in zip(inside, before, strict=True))


def test_only_backprop_reaches_the_layers_below():
    for case, moves in zip(CASES, (False, True), strict=True):
        network = case.network()
        below = next(s for s in network.parameters.slots if s.node.name == "layer0")
        before = network.parameter(below).copy()
        network.fit(*case.batch(network))
        assert (not np.array_equal(network.parameter(below), before)) == moves


def test_dl4j_lets_penalties_move_a_layer_frozen_with_backprop():
    network = CASES[1].network(defaults={"l2": 0.1}, compatibility="dl4j")
    slot = next(s for s in network.parameters.slots if s.node.name == "layer1")
    before = network.parameter(slot).copy()
    network.fit(*CASES[1].batch(network))
    assert not np.array_equal(network.parameter(slot), before)


def test_dl4j_leaves_the_previous_update_below_a_frozen_layer():
    network = CASES[0].network(defaults={"l2": 0.1}, compatibility="dl4j")
    x, y = CASES[0].batch(network)
    network.fit(x, y)
    below = next(s for s in network.parameters.slots if s.node.name == "layer0")
    assert network.gradient(x, y)[below.offset : below.stop].any()
    exact = CASES[0].network(defaults={"l2": 0.1})
    exact.fit(x, y)
    assert not exact.gradient(x, y)[below.offset : below.stop].any()
