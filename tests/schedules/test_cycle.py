import pytest
from contract import check_round_trip

from dl4py.compatibility import Compatibility
from dl4py.schedules.cycle import Cycle


def test_up_down_and_decay():
    cycle = Cycle(
        initial_learning_rate=0.1, max_learning_rate=0.5, cycle_length=10, annealing_length=2, annealing_decay=0.1
    )
    check_round_trip(cycle)
    expected = [0.1, 0.2, 0.3, 0.4, 0.5, 0.4, 0.3, 0.2, 0.1, 0.01]
    for i, value in enumerate(expected * 2):
        assert cycle.at(i, 0, Compatibility()) == pytest.approx(value, rel=1e-12)
    assert cycle.json_more() == {"increment": pytest.approx(0.1), "stepSize": 4}
