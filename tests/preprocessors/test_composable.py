import numpy as np
from contract import check_face, check_json, generator, output_mask

from dl4py.preprocessors.cnn_to_feed_forward import CnnToFeedForward
from dl4py.preprocessors.composable import Composable
from dl4py.preprocessors.feed_forward_to_cnn import FeedForwardToCnn
from dl4py.preprocessors.rnn_to_feed_forward import RnnToFeedForward
from dl4py.shapes import Convolutional, FeedForward, Recurrent

THROUGH_ROWS = Composable(
    input_pre_processors=(RnnToFeedForward(), FeedForwardToCnn(input_height=2, input_width=3, num_channels=2))
)


def test_one_after_the_other():
    there_and_back = Composable(
        input_pre_processors=(FeedForwardToCnn(input_height=2, input_width=3), CnnToFeedForward())
    )
    assert there_and_back.output_shape(FeedForward(6)) == FeedForward(6)
    check_face(there_and_back, [FeedForward(6)], [generator().normal(size=(4, 6))], lambda x: x.copy())


def test_each_sees_the_shape_before_it():
    assert THROUGH_ROWS.output_shape(Recurrent(12, 5)) == Convolutional(2, 2, 3)
    x = generator().normal(size=(3, 12, 5))
    check_face(THROUGH_ROWS, [Recurrent(12, 5)], [x], lambda x: x.transpose(2, 0, 1).reshape(15, 2, 2, 3))


def test_masks():
    made = output_mask(THROUGH_ROWS, [Recurrent(12, 2)], np.arange(6.0).reshape(2, 3))
    assert np.array_equal(made, np.arange(6.0).reshape(6, 1, 1, 1))


def test_json():
    step = '{"@class":"org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor","rnnDataFormat":"NCW"}'
    keys = f'{{"inputPreProcessors":[{step}]}}'  # printed by DL4J M2.1
    check_json(Composable(input_pre_processors=(RnnToFeedForward(),)), "ComposableInputPreProcessor", keys)
