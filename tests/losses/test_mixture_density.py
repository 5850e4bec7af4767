import numpy as np
import pytest
import scipy.stats
from contract import assert_close, central, check_json, check_loss, run

from dl4py.errors import ShapeError
from dl4py.losses.mixture_density import MixtureDensity

Y = np.array([[0.3, -0.2, 0.1, 0.4, 0.5, -0.6, 0.2, 0.9], [-0.4, 0.6, -0.3, 0.2, 0.1, 0.8, -0.7, 0.4]])
LABELS = np.array([[0.2, -0.1], [0.7, 0.3]])


def density(y, t):
    """Two Gaussians of width 2, written out with scipy."""
    mixing = np.exp(y[:2]) / np.exp(y[:2]).sum()
    parts = [
        mixing[k] * scipy.stats.multivariate_normal.pdf(t, y[4 + 2 * k : 6 + 2 * k], np.exp(y[2 + k]) ** 2 * np.eye(2))
        for k in range(2)
    ]
    return -np.log(sum(parts))


def test_contract():
    check_loss(MixtureDensity(mixtures=2, label_width=2), Y, LABELS, density)


def test_width_is_checked():
    with pytest.raises(ShapeError) as error:
        run(lambda e, y, t: [MixtureDensity(mixtures=3, label_width=2).emit(e, y, t, None, e.score)], Y, LABELS)
    assert str(error.value) == "the loss `mixture_density` needs 3 * (2 + 2) = 12 outputs, found 8"


def test_gradient_is_of_the_whole_batch():
    dy, _ = run(lambda e, y, t: [MixtureDensity(mixtures=2, label_width=2).emit(e, y, t, None, e.score)], Y, LABELS)
    assert_close(dy, central(lambda v: float(sum(map(density, v, LABELS))), Y), 1e-6, 1e-7)


def test_json():
    check_json(MixtureDensity(mixtures=2, label_width=2), "LossMixtureDensity", '{"labelWidth":2,"mixtures":2}')
