import numpy as np
from contract import check_json, check_updater

from dl4py.updaters.ada_belief import AdaBelief


def recurrence(g, s, t):
    s["m"] = 0.9 * s["m"] + 0.1 * g
    s["s"] = 0.999 * s["s"] + 0.001 * (g - s["m"]) ** 2 + 1e-6
    return 0.01 * (s["m"] / (1 - 0.9**t)) / (np.sqrt(s["s"] / (1 - 0.999**t)) + 1e-6)


def test_contract():
    check_updater(AdaBelief(learning_rate=0.01, epsilon=1e-6), recurrence)


def test_json():
    check_json(AdaBelief(), "AdaBelief", '{"beta1":0.9,"beta2":0.999,"epsilon":1.0E-14,"learningRate":0.001}')
