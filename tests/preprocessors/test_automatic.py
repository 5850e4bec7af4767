from dataclasses import replace

import numpy as np
import pytest
from replay import CASES, names

from dl4py.formats.dl4j.model import load
from dl4py.network.feed import input_shapes
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


FED = {  # what recorded networks are fed, where the array does not say
    "conv-flat-input": ConvolutionalFlat(1, 6, 6),
    "lenet-small": ConvolutionalFlat(1, 12, 12),
    "conv-nhwc": Convolutional(2, 6, 6, "NHWC"),
}
CHOSEN = {"rnn_to_cnn"}  # by the user: only they know the sizes


def test_recorded_networks_get_the_preprocessors_that_dl4j_gave_them():
    found = set()
    for case in names():
        graph = load(CASES / case / "model.zip").graph
        recorded = {node.name: node.preprocessor for node in graph.nodes}
        if not any(recorded.values()):
            continue
        arrays = np.load(CASES / case / "arrays.npz")
        shapes = [FED[case]] if case in FED else input_shapes(graph, [arrays["x0"]])
        bare = [node if _chosen(node) else replace(node, preprocessor=None) for node in graph.nodes]
        fed = replace(graph, nodes=tuple(bare)).fed(shapes)
        pooled = {node.name for node in graph.nodes if node.thing.type == "global_pooling"}
        for node in fed.nodes:
            if pooled & set(node.inputs):  # DL4J takes pooled rows for sequences still; its step lets them through
                assert node.preprocessor is None
            else:
                assert node.preprocessor == recorded[node.name], (case, node.name)
        found |= {step.type for step in recorded.values() if step}
    assert len(found) == 7


def _chosen(node):
    return node.preprocessor is not None and node.preprocessor.type in CHOSEN
