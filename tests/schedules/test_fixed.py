import pytest
from contract import check_round_trip

from dl4py.compatibility import Compatibility
from dl4py.schedules.fixed import Fixed


def test_values_follow_the_formula():
    schedule = Fixed(value=0.3)
    check_round_trip(schedule)
    for i in range(10):
        assert schedule.at(i, 99, Compatibility()) == pytest.approx(0.3, rel=1e-12)
