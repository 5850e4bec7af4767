import numpy as np
from contract import check_updater

from dl4py.updaters.ada_grad import AdaGrad


def recurrence(g, s, t):
    s["h"] = s["h"] + g**2
    return 0.1 * g / (np.sqrt(s["h"]) + 1e-6)


def test_contract():
    check_updater(AdaGrad(learning_rate=0.1), recurrence)


def test_the_sum_starts_at_a_millionth():
    assert AdaGrad().first_state("h") == 1e-6
