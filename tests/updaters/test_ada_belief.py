import numpy as np
from contract import check_updater

from dl4py.updaters.ada_belief import AdaBelief


def recurrence(g, s, t):
    s["m"] = 0.9 * s["m"] + 0.1 * g
    s["s"] = 0.999 * s["s"] + 0.001 * (g - s["m"]) ** 2 + 1e-10
    return 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * s["m"] / (np.sqrt(s["s"]) + 1e-10)


def test_contract():
    check_updater(AdaBelief(learning_rate=0.01, epsilon=1e-10), recurrence)
