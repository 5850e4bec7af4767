from math import inf, isnan

import pytest

from dl4py.schedules.base import power


@pytest.mark.parametrize(
    ("base", "exponent", "value"),
    [(2.0, 10.0, 1024.0), (1.5, 1e5, inf), (0.0, -1.0, inf), (0.5, 1e5, 0.0), (-2.0, 3.0, -8.0)],
)
def test_powers(base, exponent, value):
    assert power(base, exponent) == value


def test_no_complex_numbers():
    assert isnan(power(-1.0, 0.5))
