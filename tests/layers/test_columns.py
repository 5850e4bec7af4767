"""Products of windows: a batch taken in parts gives what the whole gives."""

import numpy as np
import pytest

from dl4py.layers import columns
from dl4py.layers.convolution import Convolution2D
from dl4py.layers.deconvolution import Deconvolution2D
from dl4py.shapes import Convolutional
from tests.contract import assert_close, generator
from tests.sequences import Alone, check_alone, weights_of

X = generator(1).normal(size=(5, 4, 4, 2))
GIVEN = Convolutional(2, 4, 4)


@pytest.mark.parametrize("cls", [Convolution2D, Deconvolution2D])
@pytest.mark.parametrize("kernel", [3, 1])
def test_parts_of_a_batch(cls, kernel, monkeypatch):
    layer = cls(n_out=3, kernel_size=kernel, activation="tanh")
    whole = Alone(layer, GIVEN).run(X, weights_of)
    values = max(whole["y"][0].size, 16) * kernel**2  # at least what one example has
    monkeypatch.setattr(columns, "LARGEST", 2 * values)
    alone = check_alone(layer, GIVEN, X)
    for name, found in alone.run(X, weights_of).items():
        assert_close(found, whole[name], 1e-9, 1e-12)


def test_the_parts():
    windows = Convolution2D(n_out=1, kernel_size=2).given(GIVEN).sliding.windows((4, 4))
    grid = columns.Grid.over((5, 4, 4, 2), windows)
    assert (grid.rows, grid.taps, grid.out, grid.places) == (45, 4, (1, 3, 3), (1, 4, 4))
    assert list(grid.parts(2)) == [(0, 5)]
    assert list(grid.parts(columns.LARGEST // 9 // 4 // 2)) == [(0, 2), (2, 4), (4, 5)]
    assert list(grid.parts(columns.LARGEST)) == [(i, i + 1) for i in range(5)]
    assert [grid.rows_of(*part) for part in grid.parts(columns.LARGEST)][-1] == (36, 45)


def test_a_window_of_one_place_needs_no_copy():
    alone = Alone(Convolution2D(n_out=3, kernel_size=1), GIVEN)
    W, b = alone.params["W"], alone.params["b"]
    truth = 1 / (1 + np.exp(-(X @ W[:, :, 0, 0].T + b)))
    assert_close(alone.run(X)["y"], truth, 1e-9, 1e-12)
    still = Convolution2D(n_out=1, kernel_size=1).given(GIVEN).sliding.windows((4, 4))
    assert columns.Grid.over(X.shape, still).plain
