import numpy as np
from contract import check_json, check_updater

from dl4py.updaters.ada_delta import AdaDelta


def recurrence(g, s, t):
    s["msg"] = 0.9 * s["msg"] + 0.1 * g**2
    step = g * np.sqrt(s["msdx"] + 1e-6) / np.sqrt(s["msg"] + 1e-6)
    s["msdx"] = 0.9 * s["msdx"] + 0.1 * step**2
    return step


def test_contract():
    check_updater(AdaDelta(rho=0.9), recurrence)


def test_json():
    check_json(AdaDelta(), "AdaDelta", '{"epsilon":1.0E-6,"rho":0.95}')
