import numpy as np
from contract import assert_close, check_activation, check_json, slopes

from dl4py.activations.elu import ELU


def test_contract():
    check_activation(ELU(alpha=0.7), lambda z: np.where(z > 0, z, 0.7 * np.expm1(np.minimum(z, 0))))


def test_dl4j_derivative_lacks_alpha():
    z = np.array([[-1.0, -0.2, 0.3]])
    assert_close(slopes(ELU(alpha=0.5), z, mode="dl4j"), np.where(z > 0, 1.0, np.exp(z)), 1e-12, 1e-12)


def test_json():
    check_json(ELU(), "ActivationELU", '{"alpha":1.0}')
