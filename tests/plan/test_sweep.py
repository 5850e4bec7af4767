"""Sweeps: the same numbers as call by call, for ranges that do not begin or end together."""

import numpy as np
import pytest

from dl4py.kernels import rows
from dl4py.plan import Array, Emitter, Plan, threads
from dl4py.plan.sweep import PIECE, groups, place
from dl4py.regularization.l2 import add_scaled
from dl4py.updaters.nesterovs import nesterovs
from tests.contract import generator

SIZE = 5 * PIECE + 123
SLOTS = [(0, PIECE + 7), (PIECE + 7, PIECE + 17), (PIECE + 17, SIZE)]


def flat(space, begin, end, shift=0):
    return Array((end - begin,), space=space, offset=begin + shift)


def update(e):
    """An update of three parameters, the second without penalty, with a block of state for the first and the others."""
    e(rows.scale, flat("gradient", 0, SIZE), 0.5)
    for begin, end in (SLOTS[0], SLOTS[2]):
        e(add_scaled, flat("gradient", begin, end), flat("params", begin, end), e.rate(0.25))
    for begin, end in (SLOTS[0], (SLOTS[1][0], SIZE)):
        e(nesterovs, flat("gradient", begin, end), flat("state", begin, end), e.rate(0.1), e.rate(0.9))
    e(rows.subtract, flat("params", 0, SIZE), flat("gradient", 0, SIZE))


def numbers():
    g = generator(4)
    memory = {space: g.normal(size=SIZE) for space in ("params", "gradient", "state")}
    return memory | {"clock": np.array([0.0, 0.0, 0.25, 0.1, 0.9]), "arena": np.zeros(0, np.uint8)}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_an_update(count):
    e = Emitter(1)
    update(e)
    assert list(groups(e.calls)) == [[0, 1, 2, 3, 4, 5]]
    memory, truth = numbers(), numbers()
    p, g, v = (truth[space] for space in ("params", "gradient", "state"))
    g *= 0.5
    g += 0.25 * p
    g[slice(*SLOTS[1])] = numbers()["gradient"][slice(*SLOTS[1])] * 0.5
    new = 0.9 * v - 0.1 * g
    step = 0.9 * v - 1.9 * new
    with threads.limited(count):
        plan = Plan(e.calls, "float64")
        plan.bind(memory)
        plan.run()
    for space, value in (("gradient", step), ("state", new), ("params", p - step)):
        assert np.allclose(memory[space], value, rtol=1e-13, atol=1e-13)


def test_where_a_sweep_ends():
    """A call that looks at all values, or at others than its own, is not swept; nor what is no flat vector."""
    e = Emitter(1)
    update(e)
    whole, score = flat("gradient", 0, 64), Array((1,), space="score", precision="float64")
    e(rows.total, whole, score)
    e(rows.add, whole, flat("params", 64, 128))
    e(rows.scale, e.array(64), 2.0)
    e(rows.scale, whole, 2.0)
    assert list(groups(e.calls)) == [[0, 1, 2, 3, 4, 5], [6], [7], [8], [9]]
    assert place(e.calls[1]) == SLOTS[0]
