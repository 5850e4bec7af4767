import numpy as np
import pytest
from contract import generator

from dl4py.distributions.orthogonal import Orthogonal


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)])
def test_rows_or_columns_are_orthonormal(shape):
    w = Orthogonal(gain=2.0).sample(generator(), shape)
    product = w.T @ w if shape[0] >= shape[1] else w @ w.T
    assert np.allclose(product, 4.0 * np.eye(min(shape)), atol=1e-12)
