import math

import pytest
from contract import check_round_trip

from dl4py.compatibility import Compatibility
from dl4py.formats.dl4j.json import to_json
from dl4py.schedules.compounded import Compounded
from dl4py.schedules.exponential import Exponential
from dl4py.schedules.poly import Poly
from dl4py.updaters.sgd import Sgd

RATE = Compounded(start=0.5, since=3, factor=Exponential(initial_value=1.0, gamma=0.9))


def test_factors_multiply():
    check_round_trip(RATE)
    wanted = [0.5 * 0.9 ** sum(range(3, i + 1)) for i in range(8)]
    assert [RATE.at(i, 0, Compatibility()) for i in range(8)] == pytest.approx(wanted)


def test_any_iteration_may_be_asked_at_any_time():
    wanted = {i: 0.5 * 0.9 ** sum(range(3, i + 1)) for i in (7, 2, 9, 3, 9)}
    for i, value in wanted.items():
        assert RATE.at(i, 0, Compatibility()) == pytest.approx(value)


def test_the_polynomial_falls_even_beside_dl4j():
    rate = Compounded(start=1.0, factor=Poly(initial_value=1.0, power=2.0, max_iter=4))
    wanted = [math.prod((1 - j / 4) ** 2 for j in range(i + 1)) for i in range(5)]
    assert [rate.at(i, 0, Compatibility("dl4j")) for i in range(5)] == pytest.approx(wanted)


def test_dl4j_is_told_the_first_rate():
    assert to_json(Sgd(learning_rate=RATE)) == {"@class": "org.nd4j.linalg.learning.config.Sgd", "learningRate": 0.5}
