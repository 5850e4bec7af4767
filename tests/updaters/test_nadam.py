import numpy as np
from contract import assert_close, check_json, check_updater, first_step

from dl4py.updaters.nadam import Nadam


def recurrence(g, s, t):
    s["m"] = 0.9 * s["m"] + 0.1 * g
    s["v"] = 0.999 * s["v"] + 0.001 * g**2
    return 0.01 / (1 - 0.9**t) * (0.9 * s["m"] + 0.1 * g) / (np.sqrt(s["v"]) + 1e-8)


def test_contract():
    check_updater(Nadam(learning_rate=0.01), recurrence)


def test_dl4j_rounds_beta2_before_it_is_used():
    g = np.array([0.5, -2.0, 3.0])
    b1, b2, one = np.float32(0.9), np.float32(0.999), np.float32(1)
    exact = 0.02 * (0.9 * 0.1 + 0.1) / 0.1 * g / (np.sqrt(np.float32(0.001) * g**2) + 1e-8)
    dl4j = 0.02 * float(b1 * (one - b1) + (one - b1)) / float(one - b1) * g / (np.sqrt((one - b2) * g**2) + 1e-8)
    assert np.abs(exact / dl4j - 1).min() > 5e-6
    for mode, truth in (("exact", exact), ("dl4j", dl4j)):
        step = first_step(Nadam(learning_rate=0.02), g, mode=mode, precision="float32")
        assert_close(step, truth, 4e-7, 0.0)
        assert_close(first_step(Nadam(learning_rate=0.02), g, mode=mode), exact, 1e-6, 0.0)


def test_json():
    check_json(Nadam(learning_rate=0.02), "Nadam", '{"beta1":0.9,"beta2":0.999,"epsilon":1.0E-8,"learningRate":0.02}')
