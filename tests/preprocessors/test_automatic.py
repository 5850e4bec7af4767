import pytest

from dl4py.preprocessors.automatic import before_images, before_pooling, before_rows, before_sequences
from dl4py.shapes import Convolutional, Convolutional3D, ConvolutionalFlat, FeedForward, Recurrent

ROWS, FLAT, IMAGES = FeedForward(4), ConvolutionalFlat(1, 2, 3), Convolutional(1, 2, 3, "NHWC")
SEQUENCES, VOLUMES = Recurrent(2, 5, "NWC"), Convolutional3D(1, 2, 3, 4, "NDHWC")


def text(step):
    return None if step is None else (step.type, *(getattr(step, name) for name in type(step).model_fields))


# what `getPreProcessorForInputType` of DL4J M2.1 gives: InputTypeUtil, FeedForwardLayer, GlobalPoolingLayer
@pytest.mark.parametrize(
    ("family", "given", "expected"),
    [
        (before_rows, ROWS, None),
        (before_rows, FLAT, None),
        (before_rows, SEQUENCES, ("rnn_to_feed_forward", "nwc")),
        (before_rows, IMAGES, ("cnn_to_feed_forward", 2, 3, 1, "nhwc")),
        (before_rows, VOLUMES, ("cnn_3d_to_feed_forward", 2, 3, 4, 1, False)),
        (before_sequences, ROWS, ("feed_forward_to_rnn", "ncw")),
        (before_sequences, FeedForward(4, "NWC", 5), ("feed_forward_to_rnn", "nwc")),
        (before_sequences, FLAT, ("feed_forward_to_rnn", "ncw")),
        (before_sequences, SEQUENCES, None),
        (before_sequences, IMAGES, ("cnn_to_rnn", 2, 3, 1, "ncw")),
        (before_images, ROWS, None),
        (before_images, FLAT, ("feed_forward_to_cnn", 2, 3, 1)),
        (before_images, IMAGES, None),
        (before_pooling, ROWS, ("feed_forward_to_rnn", "ncw")),
        (before_pooling, FLAT, ("feed_forward_to_cnn", 2, 3, 1)),
        (before_pooling, SEQUENCES, None),
        (before_pooling, VOLUMES, None),
    ],
)
def test_what_dl4j_inserts(family, given, expected):
    assert text(family(given)) == expected


def test_the_format_of_the_layer_counts_for_rows_that_have_none():
    assert text(before_sequences(ROWS, "nwc")) == ("feed_forward_to_rnn", "nwc")
    assert text(before_sequences(IMAGES, "NWC")) == ("cnn_to_rnn", 2, 3, 1, "nwc")
