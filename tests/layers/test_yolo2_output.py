import numpy as np
import pytest
from contract import assert_close, check_json, check_round_trip, generator
from spatial import check_gradient

from dl4py.errors import ShapeError
from dl4py.layers.yolo2_output import Yolo2Output
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import Convolutional

PRIORS = [[1.0, 1.2], [2.0, 0.8]]
CLASSES, HEIGHT, WIDTH = 3, 3, 4
SHAPE = {"type": "convolutional", "channels": 2 * (5 + CLASSES), "height": HEIGHT, "width": WIDTH}


def network(given=SHAPE, **keys):
    layers = [{"type": "batch_normalization"}, {"type": "yolo2_output", "bounding_boxes": PRIORS, **keys}]
    return Network(NetworkConfig.model_validate({"seed": 3, "data_type": "double", "input": given, "layers": layers}))


def examples(batch=4):
    """Features, and labels with an object or two in each example."""
    g = generator(5)
    x, y = g.normal(size=(batch, 2 * (5 + CLASSES), HEIGHT, WIDTH)), np.zeros((batch, 4 + CLASSES, HEIGHT, WIDTH))
    for n in range(batch):
        for row, column in [(n % HEIGHT, 1), ((n + 1) % HEIGHT, 2)][: 1 + n % 2]:
            middle = np.array([column, row]) + g.uniform(0.1, 0.9, 2)
            size = g.uniform(0.5, 2.0, 2)
            y[n, :, row, column] = [*(middle - size / 2), *(middle + size / 2), *np.eye(CLASSES)[n % CLASSES]]
    return x, y


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def predicted(t):
    """Boxes `[batch, boxes, 5 + classes, height, width]` of pre-outputs."""
    t = t.reshape(len(t), len(PRIORS), -1, HEIGHT, WIDTH)
    power = np.exp(t[:, :, 5:])
    sizes = np.exp(t[:, :, 2:4]) * np.array(PRIORS)[None, :, :, None, None]
    classes = power / power.sum(axis=2, keepdims=True)
    return np.concatenate([sigmoid(t[:, :, :2]), sizes, sigmoid(t[:, :, 4:5]), classes], axis=2)


def iou(box, truth, row, column):
    low = np.maximum(box[:2] + np.array([column, row]) - box[2:4] / 2, truth[:2])
    high = np.minimum(box[:2] + np.array([column, row]) + box[2:4] / 2, truth[2:4])
    common = np.prod(np.maximum(high - low, 0.0))
    return common / (np.prod(box[2:4]) + np.prod(truth[2:4] - truth[:2]) - common)


def paper(boxes, y, coordinates=5.0, nothing=0.5, cover=None):
    """The score by loops over cells."""
    score = 0.0
    for n, row, column in np.ndindex(len(y), HEIGHT, WIDTH):
        truth, cell = y[n, :, row, column], boxes[n, :, :, row, column]
        weight = 1.0 if cover is None else cover[n, 0, row, column]
        best = -1
        if truth[4:].any():
            best = int(np.argmax([iou(box, truth, row, column) for box in cell]))
        for b, box in enumerate(cell):
            if b != best:
                score += weight * nothing * box[4] ** 2
                continue
            middle, size = (truth[:2] + truth[2:4]) / 2, truth[2:4] - truth[:2]
            place = ((box[:2] - (middle - np.floor(middle))) ** 2).sum()
            roots = ((np.sqrt(box[2:4]) - np.sqrt(size)) ** 2).sum()
            confidence = (box[4] - iou(box, truth, row, column)) ** 2
            score += weight * (coordinates * (place + roots) + confidence + ((box[5:] - truth[4:]) ** 2).sum())
    return score / len(y)


def test_boxes_and_score():
    net = network()
    check_round_trip(net.graph.nodes[1].thing)
    x, y = examples()
    boxes = predicted(net.activations(x)["layer0"])
    assert_close(net.output(x), boxes.reshape(x.shape), 1e-9, 1e-12)
    assert net.score(x, y, training=False) == pytest.approx(paper(boxes, y), rel=1e-9)
    weighted = network(lambda_coord=1.5, lambda_no_obj=0.1)
    assert weighted.score(x, y, training=False) == pytest.approx(paper(boxes, y, 1.5, 0.1), rel=1e-9)


@pytest.mark.parametrize(
    "keys", [{}, {"loss_class_predictions": "mcxent", "loss_position_scale": "mse"}, {"loss_position_scale": "l1"}]
)
def test_gradient(keys):
    x, y = examples()
    check_gradient(network(**keys), x, y)


def test_channels_last():
    x, y = examples()
    first, last = network(), network({**SHAPE, "format": "nhwc"})
    turned = [a.transpose(0, 2, 3, 1) for a in (x, y)]
    assert np.array_equal(last.output(turned[0]).transpose(0, 3, 1, 2), first.output(x))
    assert last.score(*turned) == first.score(x, y)


def test_masked_cells_do_not_count():
    net = network()
    x, y = examples()
    cover = np.ones((4, 1, HEIGHT, WIDTH))
    cover[1], cover[2, :, 0] = 0.0, 0.0
    check_gradient(net, x, y, label_mask=cover)
    truth = paper(predicted(net.activations(x)["layer0"]), y, cover=cover)
    assert net.score(x, y, label_mask=cover, training=False) == pytest.approx(truth, rel=1e-9)
    clean = net.gradient(x, y, label_mask=cover)
    y[1] = np.nan
    assert np.array_equal(net.gradient(x, y, label_mask=cover), clean)
    wide = np.ones(y.shape)
    with pytest.raises(ShapeError) as found:
        net.score(x, y, label_mask=wide)
    assert found.value.render() == (
        "layer `layer1` (yolo2_output) looks at whole cells, so its label mask has one channel, found 7"
    )


def test_other_consumers_of_the_boxes():
    vertices = [
        {"name": "norm", "type": "batch_normalization", "inputs": "in"},
        {"name": "boxes", "type": "yolo2_output", "bounding_boxes": PRIORS, "inputs": "norm"},
        {"name": "all", "type": "global_pooling", "pooling_type": "avg", "inputs": "boxes"},
        {"name": "count", "type": "output", "n_out": 2, "loss": "mse", "activation": "tanh", "inputs": "all"},
    ]
    spec = {"seed": 2, "data_type": "double", "inputs": {"in": SHAPE}, "vertices": vertices}
    net = Network(NetworkConfig.model_validate({**spec, "outputs": ["boxes", "count"]}))
    x, y = examples()
    labels = [y, generator(7).uniform(size=(4, 2))]
    gradient, params = net.gradient([x], labels), net.params
    for i in range(0, 32, 3):  # gamma and beta of the normalization
        kept, scores = params[i], []
        for step in (1e-6, -1e-6):
            params[i] = kept + step
            scores.append(net.score([x], labels))
        params[i] = kept
        assert_close(gradient[i : i + 1], np.array([(scores[0] - scores[1]) / 2e-6 * 4]), 1e-3, 1e-7)


def test_json():
    check_json(
        Yolo2Output(name="layer1", bounding_boxes=((1.0, 1.0), (2.0, 3.0))),
        "Yolo2OutputLayer",
        '{"boundingBoxes":{"dataType":"FLOAT","shape":[2,2],"data":[1.0,1.0,2.0,3.0]},"constraints":null,'
        '"format":"NCHW","gradientNormalization":"None","gradientNormalizationThreshold":1.0,"idropout":null,'
        '"lambdaCoord":5.0,"lambdaNoObj":0.5,"layerName":"layer1","lossClassPredictions":{"@class":'
        '"org.nd4j.linalg.lossfunctions.impl.LossL2"},"lossPositionScale":{"@class":'
        '"org.nd4j.linalg.lossfunctions.impl.LossL2"}}',
    )


def test_channels_that_are_no_boxes():
    with pytest.raises(ShapeError) as found:
        Yolo2Output(name="boxes", bounding_boxes=((1.0, 1.0), (2.0, 3.0))).given(Convolutional(13, 2, 2))
    assert found.value.render() == (
        "layer `boxes` (yolo2_output) takes 2 x (5 + classes) channels, its input is images of 13 x 2 x 2 (NCHW)\n"
        "   = 13 / 2 - 5 = 1.50 classes\n"
        "   = hint: let the layer before have 2 x (5 + classes) channels, for example 2 x (5 + 1) = 12"
    )
