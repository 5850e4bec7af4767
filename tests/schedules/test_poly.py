import pytest

from dl4py.compatibility import Compatibility
from dl4py.schedules.poly import Poly

POLY = Poly(initial_value=0.3, power=2.0, max_iter=20)


def test_it_falls_to_nothing():
    for i in range(20):
        assert POLY.at(i, 0, Compatibility()) == pytest.approx(0.3 * (1 - i / 20) ** 2, rel=1e-12)
    assert POLY.at(20, 0, Compatibility()) == 0.0


def test_dl4j_grows():
    for i in range(20):
        assert POLY.at(i, 0, Compatibility("dl4j")) == pytest.approx(0.3 * (1 + i / 20) ** 2, rel=1e-12)
    assert POLY.at(20, 0, Compatibility("dl4j")) == 0.0
