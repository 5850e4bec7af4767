import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.shapes import Convolutional, FeedForward
from dl4py.vertices.pool_helper import PoolHelper


@pytest.mark.parametrize(
    ("given", "truth"),
    [
        (Convolutional(2, 3, 4), lambda x: x[:, :, 1:, 1:]),
        (Convolutional(2, 3, 4, "NHWC"), lambda x: x[:, 1:, 1:]),
    ],
)
def test_the_first_row_and_column_go(given, truth):
    assert PoolHelper().output_shape([given]) == Convolutional(2, 2, 3, given.format)
    check_face(PoolHelper(), [given], [generator().normal(size=(3, *given.array))], truth)


def test_masks():
    given = [Convolutional(2, 3, 4)]
    pixels = generator().normal(size=(2, 3, 4, 1))
    assert np.array_equal(output_mask(PoolHelper(), given, pixels), pixels[:, 1:, 1:])
    columns = pixels[:, :1]
    assert np.array_equal(output_mask(PoolHelper(), given, columns), columns[:, :, 1:])
    examples = np.ones((2, 1, 1, 1))
    assert np.array_equal(output_mask(PoolHelper(), given, examples), examples)


def test_json():
    check_json(PoolHelper(), "PoolHelperVertex", "{}")  # case vertex-pool-helper


@pytest.mark.parametrize(
    ("given", "found"),
    [(FeedForward(4), "rows of 4"), (Convolutional(2, 1, 4), "images of 2 x 1 x 4 (NCHW)")],
)
def test_something_must_be_left(given, found):
    with pytest.raises(ShapeError) as error:
        PoolHelper(name="v").output_shape([given])
    assert str(error.value) == f"vertex `v` takes images of at least 2 x 2, found {found}"
