import numpy as np
import scipy.special
from contract import assert_close, check_activation, check_json, run, slopes

from dl4py.activations.gelu import GELU


def test_contract():
    check_activation(GELU(), lambda z: z * scipy.special.expit(1.702 * z))


def test_precise_is_the_papers_formula():
    check_activation(GELU(precise=True), lambda z: z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))))


def test_dl4j_takes_the_cube_of_the_constant_too():
    z = np.array([[-2.0, -0.3, 0.7, 3.0]])
    y, _ = run(lambda e, zs: [GELU(precise=True).emit(e, zs)[0]], z, mode="dl4j")
    assert_close(y, z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + (0.044715 * z) ** 3))), 1e-12, 1e-12)


def test_dl4j_derivative_has_rounded_constants():
    z = np.array([[-2.0, -0.3, 0.7, 3.0]])
    q = 0.797885 * z + (0.0356774 * z) ** 3
    truth = 0.5 + 0.5 * np.tanh(q) + (0.398942 * z + (0.0535161 * z) ** 3) / np.cosh(q) ** 2
    assert_close(slopes(GELU(precise=True), z, mode="dl4j"), truth, 1e-12, 1e-12)


def test_json():
    check_json(GELU(), "ActivationGELU", '{"precise":false}')
