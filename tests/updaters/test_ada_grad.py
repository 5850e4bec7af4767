import numpy as np
from contract import check_json, check_updater

from dl4py.schedules.exponential import Exponential
from dl4py.updaters.ada_grad import AdaGrad


def recurrence(g, s, t):
    s["h"] = s["h"] + g**2
    return 0.1 * g / (np.sqrt(s["h"]) + 1e-6)


def test_contract():
    check_updater(AdaGrad(learning_rate=0.1), recurrence)


def test_the_sum_starts_at_a_millionth():
    assert AdaGrad().first_state("h") == 1e-6


SCHEDULE = Exponential(initial_value=0.1, gamma=0.5)


def test_it_follows_a_schedule():
    check_updater(AdaGrad(learning_rate=SCHEDULE), lambda g, s, t: recurrence(g, s, t) * 0.5 ** (t - 1))


def test_json():
    check_json(AdaGrad(), "AdaGrad", '{"epsilon":1.0E-6,"learningRate":0.1}')
