from math import inf

from contract import check_json, check_schedule

from dl4py.compatibility import Compatibility
from dl4py.schedules.exponential import Exponential

EXPONENTIAL = Exponential(initial_value=0.3, gamma=0.9)


def test_values_follow_the_formula():
    check_schedule(EXPONENTIAL, lambda i: 0.3 * 0.9**i)


def test_growth_ends_at_infinity_as_in_java():
    assert Exponential(initial_value=0.3, gamma=1.5).at(100_000, 0, Compatibility()) == inf


def test_json():
    check_json(EXPONENTIAL, "ExponentialSchedule", '{"gamma":0.9,"initialValue":0.3,"scheduleType":"ITERATION"}')
