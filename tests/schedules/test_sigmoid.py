from math import exp

import pytest
from contract import check_json, check_schedule

from dl4py.compatibility import Compatibility
from dl4py.schedules.sigmoid import Sigmoid

SIGMOID = Sigmoid(initial_value=0.3, gamma=0.5, step_size=5)


def test_values_follow_the_formula():
    check_schedule(SIGMOID, lambda i: 0.3 / (1 + exp(-0.5 * (i - 5))))


@pytest.mark.parametrize(("gamma", "ends"), [(0.5, (0.0, 0.3)), (-0.5, (0.3, 0.0))])
def test_far_from_the_middle_it_is_flat(gamma, ends):
    schedule = Sigmoid(initial_value=0.3, gamma=gamma, step_size=5000)
    assert (schedule.at(0, 0, Compatibility()), schedule.at(10_000, 0, Compatibility())) == ends


def test_json():
    keys = '{"gamma":0.5,"initialValue":0.3,"scheduleType":"ITERATION","stepSize":5}'
    check_json(SIGMOID, "SigmoidSchedule", keys)
