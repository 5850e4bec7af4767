import pytest
from contract import check_round_trip

from dl4py.compatibility import Compatibility
from dl4py.schedules.exponential import Exponential


def test_values_follow_the_formula():
    schedule = Exponential(initial_value=0.3, gamma=0.9)
    check_round_trip(schedule)
    for i in range(10):
        assert schedule.at(i, 99, Compatibility()) == pytest.approx(0.3 * 0.9**i, rel=1e-12)


def test_epochs_are_counted_when_asked():
    schedule = Exponential(initial_value=0.3, gamma=0.9, schedule_type="epoch")
    for i in range(10):
        assert schedule.at(100 + i, i, Compatibility()) == pytest.approx(0.3 * 0.9**i, rel=1e-12)
