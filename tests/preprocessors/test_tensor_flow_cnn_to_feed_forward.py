import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.preprocessors.tensor_flow_cnn_to_feed_forward import TensorFlowCnnToFeedForward
from dl4py.shapes import Convolutional, FeedForward

STEP = TensorFlowCnnToFeedForward(num_channels=2, input_height=3, input_width=4)


def test_channels_are_fastest():
    x = generator().normal(size=(3, 2, 3, 4))
    assert STEP.output_shape(Convolutional(2, 3, 4)) == FeedForward(24)
    check_face(STEP, [Convolutional(2, 3, 4)], [x], lambda x: x.transpose(0, 2, 3, 1).reshape(3, 24))


@pytest.mark.parametrize("given", [FeedForward(4)])
def test_rows_go_through(given):
    check_face(STEP, [given], [generator().normal(size=(3, 4))], lambda x: x.copy())


def test_masks_of_examples():
    given = [Convolutional(2, 3, 4)]
    assert np.array_equal(output_mask(STEP, given, np.ones((3, 1, 1, 1))), np.ones((3, 1)))


def test_json():
    keys = '{"inputHeight":2,"inputWidth":3,"numChannels":4,"format":"NCHW"}'  # printed by DL4J M2.1
    step = TensorFlowCnnToFeedForward(input_height=2, input_width=3, num_channels=4)
    check_json(step, "TensorFlowCnnToFeedForwardPreProcessor", keys)
