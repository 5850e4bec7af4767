from contract import check_updater

from dl4py.updaters.nesterovs import Nesterovs


def recurrence(g, s, t):
    old = s["v"]
    s["v"] = 0.8 * old - 0.05 * g
    return 0.8 * old - 1.8 * s["v"]


def test_contract():
    check_updater(Nesterovs(learning_rate=0.05, momentum=0.8), recurrence)
