import numpy as np
import pytest
import scipy.stats
from contract import check_json, check_round_trip, generator

from dl4py.distributions.orthogonal import Orthogonal


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (3, 2, 2, 2)])
def test_rows_or_columns_are_orthonormal(shape):
    check_round_trip(Orthogonal(gain=2.0))
    sample = Orthogonal(gain=2.0).sample(generator(), shape)
    assert sample.shape == shape
    w = sample.reshape(shape[0], -1)
    product = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    assert np.allclose(product, 4.0 * np.eye(min(w.shape)), atol=1e-12)


def test_no_direction_is_preferred():
    g = generator(4)
    corners = [Orthogonal().sample(g, (3, 3))[0, 0] for _ in range(2000)]
    assert scipy.stats.kstest(corners, scipy.stats.uniform(-1, 2).cdf).pvalue > 0.01  # Archimedes: uniform in space


def test_json():
    check_json(Orthogonal(), "OrthogonalDistribution", '{"gain":1.0}')
