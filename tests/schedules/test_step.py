import pytest
from contract import check_round_trip

from dl4py.compatibility import Compatibility
from dl4py.schedules.step import Step


def test_values_follow_the_formula():
    schedule = Step(initial_value=0.3, decay_rate=0.5, step=2.0)
    check_round_trip(schedule)
    for i in range(10):
        assert schedule.at(i, 99, Compatibility()) == pytest.approx(0.3 * 0.5 ** (i // 2), rel=1e-12)


def test_epochs_are_counted_when_asked():
    schedule = Step(initial_value=0.3, decay_rate=0.5, step=2.0, schedule_type="epoch")
    for i in range(10):
        assert schedule.at(100 + i, i, Compatibility()) == pytest.approx(0.3 * 0.5 ** (i // 2), rel=1e-12)
