import pytest
from contract import check_round_trip

from dl4py.compatibility import Compatibility
from dl4py.schedules.map import Map


def test_values_follow_the_formula():
    schedule = Map(values={0: 0.3, 3: 0.2, 7: 0.05})
    check_round_trip(schedule)
    for i in range(10):
        assert schedule.at(i, 99, Compatibility()) == pytest.approx(0.3 if i < 3 else 0.2 if i < 7 else 0.05, rel=1e-12)


def test_epochs_are_counted_when_asked():
    schedule = Map(values={0: 0.3, 3: 0.2, 7: 0.05}, schedule_type="epoch")
    for i in range(10):
        assert schedule.at(100 + i, i, Compatibility()) == pytest.approx(
            0.3 if i < 3 else 0.2 if i < 7 else 0.05, rel=1e-12
        )
