import numpy as np
from contract import check_updater

from dl4py.updaters.adam import Adam


def recurrence(g, s, t):
    s["m"] = 0.9 * s["m"] + 0.1 * g
    s["v"] = 0.999 * s["v"] + 0.001 * g**2
    return 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * s["m"] / (np.sqrt(s["v"]) + 1e-8)


def test_contract():
    check_updater(Adam(learning_rate=0.01), recurrence)
