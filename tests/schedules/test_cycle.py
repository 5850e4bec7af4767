import pytest
from contract import check_json, check_schedule

from dl4py.errors import InvalidValue
from dl4py.schedules.cycle import Cycle
from dl4py.spec import Source
from dl4py.spec.bind import bind_thing

CYCLE = Cycle(initial_learning_rate=0.05, max_learning_rate=0.4, cycle_length=10, annealing_length=2)
SLOPE = (0.4 - 0.05) / 4
EXPECTED = [*(0.05 + SLOPE * i for i in range(4)), *(0.4 - SLOPE * i for i in range(4)), 0.05, 0.005]


def test_up_down_and_decay():
    check_schedule(CYCLE, lambda i: EXPECTED[i % 10])


def test_json():
    keys = (
        '{"annealingDecay":0.1,"annealingLength":2,"cycleLength":10,"initialLearningRate":0.05,"maxLearningRate":0.4,'
        '"scheduleType":"ITERATION","increment":0.08750000000000001,"stepSize":4}'
    )
    check_json(CYCLE, "CycleSchedule", keys)


def test_the_decay_must_leave_room():
    text = "initial_learning_rate: 0.1\nmax_learning_rate: 0.5\ncycle_length: 4\nannealing_length: 3\n"
    with pytest.raises(InvalidValue) as error:
        bind_thing(Cycle, Source("spec.yaml", text))
    assert error.value.render() == (
        "spec.yaml:4:19: `annealing_length`: a cycle of 4 counts has no room for a way up and down beside this decay, "
        "found 3\n"
        "  |\n"
        "4 | annealing_length: 3\n"
        "  |                   ^"
    )
