import numpy as np
import pytest
from contract import check_json, check_updater

from dl4py.updaters.ams_grad import AMSGrad


def recurrence(g, s, t):
    s["m"] = 0.9 * s["m"] + 0.1 * g
    s["v"] = 0.999 * s["v"] + 0.001 * g**2
    s["v_hat"] = np.maximum(s["v_hat"], s["v"])
    return 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * s["m"] / (np.sqrt(s["v_hat"]) + 1e-8)


def test_contract():
    check_updater(AMSGrad(learning_rate=0.01), recurrence)


@pytest.mark.parametrize(("mode", "alpha"), [("exact", 0.0), ("dl4j", 1e-8)])
def test_dl4j_goes_on_by_epsilon_where_the_rate_is_0(mode, alpha):
    def still(g, s, t):
        recurrence(g, s, t)
        return alpha * s["m"] / (np.sqrt(s["v_hat"]) + 1e-8)

    check_updater(AMSGrad(learning_rate=0.0), still, mode)


def test_json():
    check_json(
        AMSGrad(learning_rate=0.02), "AMSGrad", '{"beta1":0.9,"beta2":0.999,"epsilon":1.0E-8,"learningRate":0.02}'
    )
