import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.preprocessors.cnn_3d_to_feed_forward import Cnn3DToFeedForward
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward

STEP = Cnn3DToFeedForward(num_channels=2, input_depth=3, input_height=2, input_width=2)


def as_rows(x):
    return x.reshape(len(x), -1)


def test_channels_first():
    assert STEP.output_shape(Convolutional3D(2, 3, 2, 2)) == FeedForward(24)
    check_face(STEP, [Convolutional3D(2, 3, 2, 2)], [generator().normal(size=(3, 2, 3, 2, 2))], as_rows)


def test_channels_last():
    volumes = Convolutional3D(2, 3, 2, 2, "NDHWC")
    check_face(STEP.but(ncdhw=False), [volumes], [generator().normal(size=(3, 3, 2, 2, 2))], as_rows)


def test_rows_go_through():
    check_face(STEP, [FeedForward(4)], [generator().normal(size=(3, 4))], as_rows)


def test_masks_of_examples():
    given = [Convolutional3D(2, 3, 2, 2)]
    assert np.array_equal(output_mask(STEP, given, np.ones((3, 1, 1, 1, 1))), np.ones((3, 1)))


def test_json():
    step = Cnn3DToFeedForward(num_channels=3, input_depth=3, input_height=2, input_width=2)
    keys = '{"inputDepth":3,"inputHeight":2,"inputWidth":2,"numChannels":3,"ncdhw":true}'  # case conv3d
    check_json(step, "Cnn3DToFeedForwardPreProcessor", keys)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Convolutional(2, 3, 4), "`cnn_3d_to_feed_forward` takes volumes, found images of 2 x 3 x 4 (NCHW)"),
        (
            Convolutional3D(2, 3, 2, 2, "NDHWC"),
            "`cnn_3d_to_feed_forward` reads its volumes as NCDHW, they are NDHWC",
        ),
        (
            Convolutional3D(1, 3, 2, 2),
            "`cnn_3d_to_feed_forward` takes 2 x 3 x 2 x 2 (channels first), found 1 x 3 x 2 x 2",
        ),
    ],
)
def test_what_does_not_fit(given, expected):
    with pytest.raises(ShapeError) as error:
        STEP.output_shape(given)
    assert str(error.value) == expected
