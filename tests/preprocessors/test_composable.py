from contract import check_round_trip

from dl4py.preprocessors.cnn_to_feed_forward import CnnToFeedForward
from dl4py.preprocessors.composable import Composable
from dl4py.preprocessors.feed_forward_to_cnn import FeedForwardToCnn
from dl4py.shapes import FeedForward


def test_one_after_the_other():
    there_and_back = Composable(
        input_pre_processors=(FeedForwardToCnn(input_height=2, input_width=3), CnnToFeedForward())
    )
    check_round_trip(there_and_back)
    assert there_and_back.output_shape(FeedForward(6)) == FeedForward(6)
