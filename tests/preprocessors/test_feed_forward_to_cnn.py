import pytest
from contract import check_round_trip

from dl4py.errors import ShapeError
from dl4py.preprocessors.feed_forward_to_cnn import FeedForwardToCnn
from dl4py.shapes import Convolutional, FeedForward


def test_rows_become_images():
    preprocessor = FeedForwardToCnn(input_height=2, input_width=3, num_channels=2)
    check_round_trip(preprocessor)
    assert preprocessor.output_shape(FeedForward(12)) == Convolutional(2, 2, 3)
    with pytest.raises(ShapeError) as error:
        preprocessor.output_shape(FeedForward(13))
    assert str(error.value) == "`feed_forward_to_cnn` makes 2 x 2 x 3 = 12 values of an example that has 13"
