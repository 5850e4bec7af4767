import numpy as np
from contract import check_json, check_updater

from dl4py.updaters.rms_prop import RmsProp


def recurrence(g, s, t):
    s["c"] = 0.9 * s["c"] + 0.1 * g**2
    return 0.01 * g / (np.sqrt(s["c"]) + 1e-8)


def test_contract():
    check_updater(RmsProp(learning_rate=0.01, rms_decay=0.9), recurrence)


def test_the_mean_starts_at_epsilon():
    assert RmsProp(epsilon=1e-6).first_state("c") == 1e-6


def test_json():
    check_json(RmsProp(learning_rate=0.02), "RmsProp", '{"epsilon":1.0E-8,"learningRate":0.02,"rmsDecay":0.95}')
