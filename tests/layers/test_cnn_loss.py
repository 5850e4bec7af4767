import numpy as np
import pytest
from contract import assert_close, check_json, check_round_trip, generator
from spatial import check_gradient

from dl4py.errors import ShapeError
from dl4py.layers.cnn_loss import Cnn3DLoss, CnnLoss
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import FeedForward

IMAGE = {"type": "convolutional", "channels": 3, "height": 2, "width": 4}
VOLUME = {"type": "convolutional_3d", "channels": 2, "depth": 2, "height": 3, "width": 2}
INPUTS = {
    "images": ("cnn_loss", IMAGE, (3, 2, 4), 1),
    "images NHWC": ("cnn_loss", {**IMAGE, "format": "nhwc"}, (2, 4, 3), 3),
    "volumes": ("cnn3d_loss", VOLUME, (2, 2, 3, 2), 1),
    "volumes NDHWC": ("cnn3d_loss", {**VOLUME, "format": "ndhwc"}, (2, 3, 2, 2), 4),
}


def network(given, layer, compatibility="exact", **keys):
    layers = [{"type": "batch_normalization", "gamma": 1.5}, {"type": layer, **keys}]
    spec = {"seed": 3, "data_type": "double", "compatibility": compatibility, "input": given, "layers": layers}
    return Network(NetworkConfig.model_validate(spec))


@pytest.mark.parametrize("name", INPUTS)
def test_softmax_over_the_channels_of_each_place(name):
    layer, given, shape, axis = INPUTS[name]
    net = network(given, layer, loss="mcxent", activation="softmax")
    check_round_trip(net.graph.nodes[1].thing)
    x = generator(1).normal(size=(3, *shape))
    y = generator(2).uniform(size=(3, *shape))
    y /= y.sum(axis=axis, keepdims=True)
    check_gradient(net, x, y)
    z = net.activations(x)["layer0"]
    power = np.exp(z)
    truth = power / power.sum(axis=axis, keepdims=True)
    assert_close(net.output(x), truth, 1e-9, 1e-12)
    assert net.score(x, y, training=False) == pytest.approx(-(y * np.log(truth)).sum() / 3, rel=1e-9)


SIZES = [(3, 1), (3,), (3, 1, 2, 4), (3, 1, 1, 4), (3, 1, 2, 1), (3, 3, 2, 4)]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_masked_labels_do_not_count(size):
    net = network(IMAGE, "cnn_loss", loss="mse", activation="tanh")
    x, y = generator(1).normal(size=(3, 3, 2, 4)), generator(2).uniform(size=(3, 3, 2, 4))
    mask = np.ones(size)
    mask[0, ...] = 0.0
    if mask.ndim > 2:
        mask[1, ..., 0] = 0.0
    check_gradient(net, x, y, label_mask=mask)
    full = np.broadcast_to(mask.reshape(3, 1, 1, 1) if mask.ndim < 4 else mask, y.shape)
    truth = (full * (net.output(x) - y) ** 2).sum() / 3 / 3
    assert net.score(x, y, label_mask=mask, training=False) == pytest.approx(truth, rel=1e-9)
    clean = net.gradient(x, y, label_mask=mask)
    y[full == 0] = np.nan
    assert np.array_equal(net.gradient(x, y, label_mask=mask), clean)


def test_without_a_label_mask_that_of_the_input_counts():
    net = network(IMAGE, "cnn_loss", loss="mse", activation="tanh")
    x, y = generator(1).normal(size=(3, 3, 2, 4)), generator(2).uniform(size=(3, 3, 2, 4))
    mask = np.array([[1, 0, 1, 1]] * 3, float).reshape(3, 1, 1, 4)
    check_gradient(net, x, y, mask=mask)
    one = network(IMAGE, "cnn_loss", loss="mse", activation="tanh")
    assert net.score(x, y, mask=mask, training=False) == one.score(x, y, label_mask=mask, training=False)


def test_json():
    check_json(
        Cnn3DLoss(name="layer1", loss="mse", bias_init=0.02),
        "Cnn3DLossLayer",
        '{"activationFn":{"@class":"org.nd4j.linalg.activations.impl.ActivationIdentity"},"biasInit":0.02,'
        '"biasUpdater":null,"constraints":null,"dataFormat":"NCDHW","gainInit":1.0,"gradientNormalization":"None",'
        '"gradientNormalizationThreshold":1.0,"idropout":null,"iupdater":{"@class":'
        '"org.nd4j.linalg.learning.config.Sgd","learningRate":0.001},"layerName":"layer1","lossFn":{"@class":'
        '"org.nd4j.linalg.lossfunctions.impl.LossMSE"},"nin":0,"nout":0,"regularization":[],'
        '"regularizationBias":[],"timeDistributedFormat":null,"weightInitFn":{"@class":'
        '"org.deeplearning4j.nn.weights.WeightInitXavier"},"weightNoise":null}',
    )


def test_rows_are_refused():
    with pytest.raises(ShapeError) as found:
        CnnLoss(name="loss").given(FeedForward(4))
    assert found.value.render() == (
        "layer `loss` (cnn_loss) takes images, its input is rows of 4\n"
        "   = hint: give the network's `input` that type, or put a preprocessor before the layer"
    )


def test_dl4j_takes_the_height_for_channels():
    """Real DL4J 1.0.0-M2.1, channels last: a mean over the 2 rows in place of the 3 channels; the gradient is right."""
    given = {**IMAGE, "format": "nhwc"}
    exact, theirs = (network(given, "cnn_loss", loss="mse", compatibility=mode) for mode in ("exact", "dl4j"))
    x, y = generator(1).normal(size=(3, 2, 4, 3)), generator(2).uniform(size=(3, 2, 4, 3))
    assert theirs.score(x, y) == pytest.approx(exact.score(x, y) * 3 / 2, rel=1e-9)
    assert_close(theirs.gradient(x, y), exact.gradient(x, y), 1e-9, 1e-12)
