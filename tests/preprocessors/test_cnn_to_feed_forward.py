import numpy as np
import pytest
from contract import check_round_trip, run

from dl4py.errors import ShapeError
from dl4py.preprocessors.cnn_to_feed_forward import CnnToFeedForward, flattened
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward


def test_images_become_rows_and_gradients_images():
    preprocessor = flattened(Convolutional(2, 3, 4))
    check_round_trip(preprocessor)
    assert preprocessor.output_shape(Convolutional(2, 3, 4)) == FeedForward(24)
    x = np.arange(48.0).reshape(2, 2, 3, 4)

    def record(e, xs):
        y, backward = preprocessor.emit(e, xs)
        return [y, backward(y)]

    rows, back, _ = run(record, x)
    assert np.array_equal(rows, x.reshape(2, 24))
    assert np.array_equal(back, x)


def test_volumes_are_refused():
    with pytest.raises(ShapeError):
        CnnToFeedForward().output_shape(Convolutional3D(1, 2, 3, 4))
