from math import isnan

from contract import check_json, check_schedule

from dl4py.compatibility import Compatibility
from dl4py.schedules.inverse import Inverse

INVERSE = Inverse(initial_value=0.3, gamma=0.1, power=1.5)


def test_values_follow_the_formula():
    check_schedule(INVERSE, lambda i: 0.3 / (1 + 0.1 * i) ** 1.5)


def test_a_root_of_a_negative_number_is_nan_as_in_java():
    assert isnan(Inverse(initial_value=0.3, gamma=-0.1, power=0.5).at(11, 0, Compatibility()))


def test_json():
    keys = '{"gamma":0.1,"initialValue":0.3,"power":1.5,"scheduleType":"ITERATION"}'
    check_json(INVERSE, "InverseSchedule", keys)
