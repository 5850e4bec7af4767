from contract import check_json, check_updater

from dl4py.updaters.sgd import Sgd


def recurrence(g, s, t):
    return 0.1 * g


def test_contract():
    check_updater(Sgd(learning_rate=0.1), recurrence)


def test_json():
    check_json(Sgd(learning_rate=0.1), "Sgd", '{"learningRate":0.1}')
