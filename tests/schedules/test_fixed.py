from contract import check_json, check_round_trip

from dl4py.compatibility import Compatibility
from dl4py.schedules.fixed import Fixed


def test_it_does_not_change():
    schedule = Fixed(value=0.3)
    check_round_trip(schedule)
    assert {schedule.at(i, i // 3, Compatibility()) for i in range(10)} == {0.3}


def test_json():
    check_json(Fixed(value=0.01), "FixedSchedule", '{"value":0.01}')
