import numpy as np
from contract import assert_close, check_activation, check_json, run

from dl4py.activations.softplus import SoftPlus


def test_contract():
    check_activation(SoftPlus(), lambda z: np.logaddexp(0, z))


def test_dl4j_rounds_before_the_logarithm():
    """Quirk 65, as DL4J 1.0.0-M2.1 has it in single precision; the last places are those of its exponential."""
    z = np.float32([-20, -17, -16.3, -10, -5, -2, 50, 87])
    true, rounded = (
        run(lambda e, zs: [SoftPlus().emit(e, zs)[0]], z, mode=mode, precision="float32")[0]
        for mode in ("exact", "dl4j")
    )
    assert_close(true, np.logaddexp(0, z.astype(float)), 1e-6)
    assert np.array_equal(rounded[:3], np.float32([0, 0, 1.1920928e-7]))
    assert_close(rounded[3:], [4.5417706e-5, 6.7153485e-3, 0.12692805, 50, 87], 1e-6, 6e-8)
    assert abs(rounded[3] / true[3] - 1) > 2e-4


def test_json():
    check_json(SoftPlus(), "ActivationSoftPlus", "{}")
