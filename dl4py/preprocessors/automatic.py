"""The preprocessors that DL4J puts before a layer by itself, from what the layer is fed.

Each function stands for a family of layers: what it gives turns `given` into what the family takes, None where nothing
need be done or where only the user can know the sizes.
"""

from dl4py.preprocessors.base import Preprocessor
from dl4py.preprocessors.cnn_3d_to_feed_forward import Cnn3DToFeedForward
from dl4py.preprocessors.cnn_to_feed_forward import CnnToFeedForward
from dl4py.preprocessors.cnn_to_rnn import CnnToRnn
from dl4py.preprocessors.feed_forward_to_cnn import FeedForwardToCnn
from dl4py.preprocessors.feed_forward_to_rnn import FeedForwardToRnn
from dl4py.preprocessors.rnn_to_feed_forward import RnnToFeedForward
from dl4py.shapes import Convolutional, Convolutional3D, ConvolutionalFlat, FeedForward, Recurrent, Shape


def before_rows(given: Shape) -> Preprocessor | None:
    """Before dense, output, embedding and other layers that take rows."""
    if isinstance(given, Recurrent):
        return RnnToFeedForward.model_validate({"rnn_data_format": given.format.lower()})
    if isinstance(given, Convolutional):
        sizes = {"input_height": given.height, "input_width": given.width, "num_channels": given.channels}
        return CnnToFeedForward.model_validate({**sizes, "format": given.format.lower()})
    if isinstance(given, Convolutional3D):
        return Cnn3DToFeedForward(
            input_depth=given.depth,
            input_height=given.height,
            input_width=given.width,
            num_channels=given.channels,
            ncdhw=given.format == "NCDHW",
        )
    return None


def before_sequences(given: Shape, format: str = "ncw") -> Preprocessor | None:
    """Before recurrent, one-dimensional convolution and other layers that take sequences in that format.

    Rows that were steps go back to the format that they had.
    """
    if isinstance(given, FeedForward | ConvolutionalFlat):
        before = getattr(given, "time_format", None) or format
        return FeedForwardToRnn.model_validate({"rnn_data_format": before.lower()})
    if isinstance(given, Convolutional):
        sizes = {"input_height": given.height, "input_width": given.width, "num_channels": given.channels}
        return CnnToRnn.model_validate({**sizes, "rnn_data_format": format.lower()})
    return None


def before_images(given: Shape) -> Preprocessor | None:
    """Before convolution, pooling and other layers that take images."""
    if isinstance(given, ConvolutionalFlat):
        return FeedForwardToCnn(input_height=given.height, input_width=given.width, num_channels=given.channels)
    return None


def before_pooling(given: Shape) -> Preprocessor | None:
    """Before global pooling, which takes sequences, images and volumes."""
    return before_sequences(given) if isinstance(given, FeedForward) else before_images(given)
