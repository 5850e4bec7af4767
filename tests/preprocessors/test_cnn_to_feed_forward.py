import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.preprocessors.cnn_to_feed_forward import CnnToFeedForward
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward


def as_rows(x):
    return x.reshape(len(x), -1)


@pytest.mark.parametrize("size", [(2, 3, 4), (1, 3, 4), (5, 1, 1)])
def test_channels_first(size):
    images = Convolutional(*size)
    step = CnnToFeedForward(num_channels=size[0], input_height=size[1], input_width=size[2])
    assert step.output_shape(images) == FeedForward(images.size)
    check_face(step, [images], [generator().normal(size=(3, *size))], as_rows)


def test_channels_last():
    step = CnnToFeedForward(format="nhwc")
    check_face(step, [Convolutional(2, 3, 4, "NHWC")], [generator().normal(size=(3, 3, 4, 2))], as_rows)


def test_rows_go_through():
    check_face(CnnToFeedForward(), [FeedForward(4)], [generator().normal(size=(3, 4))], as_rows)


def test_images_that_are_steps_become_rows_that_are():
    assert CnnToFeedForward().output_shape(Convolutional(1, 2, 2, steps=5)).steps == 5


def test_masks():
    images = [Convolutional(2, 3, 4)]
    assert np.array_equal(output_mask(CnnToFeedForward(), images, np.ones((3, 1, 1, 1))), np.ones((3, 1)))
    with pytest.raises(ShapeError) as error:
        output_mask(CnnToFeedForward(), images, np.ones((3, 3, 4, 1)))
    assert str(error.value) == "`cnn_to_feed_forward` takes masks with one value an example, found 3 x 3 x 4 x 1"


def test_json():
    step = CnnToFeedForward(input_height=4, input_width=4, num_channels=3)
    keys = '{"format":"NCHW","inputHeight":4,"inputWidth":4,"numChannels":3}'  # case batchnorm-cnn
    check_json(step, "CnnToFeedForwardPreProcessor", keys)


@pytest.mark.parametrize(
    ("step", "given", "expected", "hint"),
    [
        (
            CnnToFeedForward(),
            Convolutional3D(1, 2, 3, 4),
            "`cnn_to_feed_forward` takes images, found volumes of 1 x 2 x 3 x 4 (NCDHW)",
            None,
        ),
        (
            CnnToFeedForward(),
            Convolutional(2, 3, 4, "NHWC"),
            "`cnn_to_feed_forward` reads its images as NCHW, they are NHWC",
            "write `format: nhwc`, or leave the preprocessor out",
        ),
        (
            CnnToFeedForward(num_channels=1, input_height=3, input_width=4),
            Convolutional(2, 3, 4),
            "`cnn_to_feed_forward` takes 1 x 3 x 4 (channels first), found 2 x 3 x 4",
            "correct its sizes, or leave the preprocessor out",
        ),
    ],
)
def test_what_does_not_fit(step, given, expected, hint):
    with pytest.raises(ShapeError) as error:
        step.output_shape(given)
    assert (str(error.value), error.value.hint) == (expected, hint)
