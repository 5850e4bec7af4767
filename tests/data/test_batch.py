import numpy as np
import pytest

from dl4py.data import Batch
from dl4py.data.batch import misfit, spread, taken

X = np.arange(12.0).reshape(4, 1, 3)
UNALIGNED = np.frombuffer(b"-" + X.tobytes(), "f8", 12, 1).reshape(4, 3)
MASK = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]])


def test_rows_take_masks_along():
    batch = Batch((X,), (X[:, 0, :1],), (MASK,), (None,))
    part = batch.rows(np.array([2, 0]))
    assert (batch.size, part.size) == (4, 2)
    assert part.features[0].tolist() == X[[2, 0]].tolist()
    assert part.labels[0].tolist() == [[6], [0]]
    assert part.feature_masks[0].tolist() == [[1, 0, 0], [1, 1, 1]]
    assert part.label_masks == (None,)


@pytest.mark.parametrize("array", [X, X.T.copy().T, X.astype(">f4"), UNALIGNED])
@pytest.mark.parametrize("index", [[3, 0, 0], [-1], [True, False, False, True]])
def test_rows_of_any_array(array, index):
    assert np.array_equal(taken(array, np.array(index)), array[index])


def test_a_slice_copies_nothing():
    assert np.shares_memory(Batch((X,)).rows(slice(1, 3)).features[0], X)


@pytest.mark.parametrize(
    ("mask", "array"),
    [((2, 5), (2, 3, 5)), ((2,), (2, 3, 5)), ((2, 1), (2, 4)), ((2, 4), (2, 4)), ((2, 1, 5, 1), (2, 3, 5, 6))],
)
def test_masks_that_fit(mask, array):
    mask, array = np.ones(mask), np.ones(array)
    assert misfit(array, mask) is None
    assert np.broadcast_shapes(spread(array, mask).shape, array.shape) == array.shape


@pytest.mark.parametrize(
    ("mask", "array"), [((2, 3), (2, 3, 5)), ((5, 2), (2, 3, 5)), ((1, 5), (2, 3, 5)), ((2, 1, 5), (2, 3))]
)
def test_masks_that_do_not(mask, array):
    expected = f"a mask of {list(mask)} does not fit an array of {list(array)}"
    assert misfit(np.ones(array), np.ones(mask)) == expected
