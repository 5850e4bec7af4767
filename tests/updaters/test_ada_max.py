import numpy as np
from contract import check_json, check_updater

from dl4py.updaters.ada_max import AdaMax


def recurrence(g, s, t):
    s["m"] = 0.9 * s["m"] + 0.1 * g
    s["u"] = np.maximum(0.999 * s["u"], np.abs(g)) + 1e-32
    return 0.01 / (1 - 0.9**t) * s["m"] / s["u"]


def test_contract():
    check_updater(AdaMax(learning_rate=0.01), recurrence)


def test_json():
    check_json(AdaMax(learning_rate=0.02), "AdaMax", '{"beta1":0.9,"beta2":0.999,"epsilon":1.0E-8,"learningRate":0.02}')
