from contract import check_json, check_updater

from dl4py.updaters.no_op import NoOp


def recurrence(g, s, t):
    return g


def test_contract():
    check_updater(NoOp(), recurrence)


def test_json():
    check_json(NoOp(), "NoOp", "{}")
