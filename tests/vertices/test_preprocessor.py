import numpy as np
from contract import check_face, check_json, generator, output_mask

from dl4py.network import Network, NetworkConfig
from dl4py.preprocessors.feed_forward_to_cnn import FeedForwardToCnn
from dl4py.preprocessors.rnn_to_feed_forward import RnnToFeedForward
from dl4py.shapes import Recurrent
from dl4py.vertices.preprocessor import PreprocessorVertex


def test_the_preprocessor_is_applied():
    to_image = {"type": "feed_forward_to_cnn", "input_height": 2, "input_width": 3, "num_channels": 2}
    vertices = [
        {"name": "v", "type": "preprocessor", "pre_processor": to_image, "inputs": "in"},
        {"name": "out", "type": "output", "n_out": 2},
    ]
    network = Network(NetworkConfig(inputs={"in": 12}, vertices=vertices))
    x = np.arange(24.0).reshape(2, 12)
    assert np.array_equal(network.activations(x)["v"], x.reshape(2, 2, 2, 3))


def test_gradients_and_masks_go_through_it():
    vertex = PreprocessorVertex(pre_processor=RnnToFeedForward())
    x = generator().normal(size=(3, 2, 5))
    check_face(vertex, [Recurrent(2, 5)], [x], lambda x: x.transpose(2, 0, 1).reshape(15, 2))
    assert np.array_equal(output_mask(vertex, [Recurrent(2, 2)], np.ones((2, 3))), np.ones((6, 1)))


def test_json():
    step = FeedForwardToCnn(input_height=6, input_width=6)
    inside = '"@class":"org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor"'
    keys = f'{{"preProcessor":{{{inside},"inputHeight":6,"inputWidth":6,"numChannels":1}}}}'  # case vertex-preprocessor
    check_json(PreprocessorVertex(pre_processor=step), "PreprocessorVertex", keys)
