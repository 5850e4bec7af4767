import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.preprocessors.feed_forward_to_cnn_3d import FeedForwardToCnn3D
from dl4py.shapes import Convolutional3D, FeedForward

STEP = FeedForwardToCnn3D(num_channels=2, input_depth=2, input_height=3, input_width=2)


@pytest.mark.parametrize(("first", "size"), [(True, (2, 2, 3, 2)), (False, (2, 3, 2, 2))])
def test_rows_become_volumes(first, size):
    step = STEP.but(ncdhw=first)
    assert step.output_shape(FeedForward(24)) == Convolutional3D(2, 2, 3, 2, "NCDHW" if first else "NDHWC")
    check_face(step, [FeedForward(24)], [generator().normal(size=(3, 24))], lambda x: x.reshape(3, *size))


def test_volumes_go_through():
    x = generator().normal(size=(3, 2, 2, 3, 2))
    check_face(STEP, [Convolutional3D(2, 2, 3, 2)], [x], lambda x: x.copy())


def test_masks_of_examples():
    assert np.array_equal(output_mask(STEP, [FeedForward(24)], np.ones((3, 1))), np.ones((3, 1, 1, 1, 1)))


def test_json():
    step = FeedForwardToCnn3D(num_channels=2, input_depth=2, input_height=3, input_width=4)
    keys = '{"inputDepth":2,"inputHeight":3,"inputWidth":4,"numChannels":2,"ncdhw":true}'  # printed by DL4J M2.1
    check_json(step, "FeedForwardToCnn3DPreProcessor", keys)


def test_sizes_that_do_not_fit():
    with pytest.raises(ShapeError) as error:
        STEP.output_shape(FeedForward(25))
    assert str(error.value) == "`feed_forward_to_cnn_3d` makes 2 x 2 x 3 x 2 = 24 values of an example that has 25"
