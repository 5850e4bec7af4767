import math

import numpy as np
import pytest
import scipy.special

from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel

exp, log, sigmoid, tanh, softplus = el.exp, el.log, el.sigmoid, el.tanh, el.softplus


@kernel("n -> n")
def exps(x, y):
    for i in range(x.shape[0]):
        y[i] = exp(x[i])


@kernel("n -> n")
def logs(x, y):
    for i in range(x.shape[0]):
        y[i] = log(x[i])


@kernel("n -> n")
def sigmoids(x, y):
    for i in range(x.shape[0]):
        y[i] = sigmoid(x[i])


@kernel("n -> n")
def tanhs(x, y):
    for i in range(x.shape[0]):
        y[i] = tanh(x[i])


@kernel("n -> n")
def softpluses(x, y):
    for i in range(x.shape[0]):
        y[i] = softplus(x[i])


def run(function, x, precision):
    x = np.asarray(x, precision)
    y = np.empty_like(x)
    call, arguments = function.bind((x, y), ())
    call(*arguments)
    return y


DRAWN = np.random.Generator(np.random.Philox(5))
SIZES = np.exp(DRAWN.uniform(-80, 0, 20000))
AROUND_ZERO = np.concatenate([DRAWN.uniform(-86.2, 88.7, 40000), DRAWN.normal(size=40000), SIZES, -SIZES])
POSITIVE = np.concatenate([np.exp(DRAWN.uniform(-100, 88, 40000)), 1 + DRAWN.uniform(-0.01, 0.01, 20000), [3.4e38]])
CASES = {
    "exp": (exps, np.exp, AROUND_ZERO),
    "log": (logs, np.log, POSITIVE),
    "sigmoid": (sigmoids, scipy.special.expit, AROUND_ZERO),
    "tanh": (tanhs, np.tanh, AROUND_ZERO),
    "softplus": (softpluses, lambda x: np.logaddexp(0, x), AROUND_ZERO),
}


@pytest.mark.parametrize("name", CASES)
def test_stated_error_in_single_precision(name):
    function, truth, x = CASES[name]
    x = x.astype(np.float32)
    exact = truth(x.astype(np.float64))
    seen = np.abs(exact) > 5e-38  # smaller ones have fewer digits
    assert (np.abs(run(function, x, "float32") - exact)[seen] / np.abs(exact)[seen]).max() < 2e-7


@pytest.mark.parametrize("name", CASES)
def test_double_is_libm(name):
    function, truth, x = CASES[name]
    exact = truth(x)
    error = np.abs(run(function, x, "float64") - exact)
    assert (error <= 1e-15 * np.abs(exact)).all()


FAR = [-math.inf, -1e30, -1000.0, 1000.0, 1e30, math.inf, math.nan]


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_far_away_and_nan(precision):
    def near(function, expected):
        np.testing.assert_allclose(run(function, FAR, precision), expected, rtol=1e-6, atol=4e-38)

    near(exps, [0, 0, 0, np.inf, np.inf, np.inf, np.nan])
    near(sigmoids, [0, 0, 0, 1, 1, 1, np.nan])
    near(tanhs, [-1, -1, -1, 1, 1, 1, np.nan])
    near(softpluses, [0, 0, 0, 1000.0, 1e30, np.inf, np.nan])


def test_log_at_its_limits():
    x = [0.0, -1.0, -np.inf, np.inf, np.nan, 1e-45, 1.0]
    expected = [-np.inf, np.nan, np.nan, np.inf, np.nan, math.log(np.float32(1e-45)), 0.0]
    np.testing.assert_allclose(run(logs, x, "float32"), expected, rtol=2e-7)
