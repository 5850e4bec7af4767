import numpy as np
import pytest
from contract import assert_close, check_json, check_round_trip, generator
from spatial import check_gradient

from dl4py.layers.ocnn_output import OCNNOutput
from dl4py.network import Network, NetworkConfig


def network(mode="exact", **keys):
    layers = [
        {"type": "dense", "n_out": 5, "activation": "tanh"},
        {"type": "ocnn_output", "hidden_size": 3, "nu": 0.3, "activation": "sigmoid", **keys},
    ]
    spec = {"seed": 3, "data_type": "double", "compatibility": mode, "input": 4, "layers": layers}
    return Network(NetworkConfig.model_validate(spec))


def parameters(net):
    return {slot.param.name: net.parameter(slot) for slot in net.parameters.slots if slot.node.name == "layer1"}


def usual(net):
    """r so that some examples lie below, and an x and labels of no effect."""
    x = generator(1).normal(size=(7, 4))
    slot = next(slot for slot in net.parameters.slots if slot.param.name == "r")
    net.params[slot.offset] = np.quantile(net.output(x), 0.6)
    return x, generator(2).normal(size=(7, 1))


def test_output_and_score():
    net = network()
    x, y = usual(net)
    p, found = parameters(net), net.activations(x)
    out = 1 / (1 + np.exp(-found["layer0"] @ p["v"])) @ p["w"].T
    assert_close(net.output(x), out, 1e-9, 1e-12)
    r = p["r"].item()
    truth = (p["w"] ** 2).sum() / 2 + (p["v"] ** 2).sum() / 2 + np.maximum(r - out, 0).mean() / 0.3 - r
    assert net.score(x, y) == pytest.approx(truth / 7, rel=1e-9)
    assert net.score(x, 0 * y) == net.score(x, y)
    check_round_trip(net.graph.nodes[1].thing)


def test_gradient():
    net = network()
    check_gradient(net, *usual(net))


def test_masked_examples_do_not_count():
    net = network()
    x, y = usual(net)
    mask = np.array([1, 0, 1, 1, 0, 1, 1], float)[:, None]
    check_gradient(net, x, y, label_mask=mask)
    found, seen = net.gradient(x, y, label_mask=mask), mask[:, 0] == 1
    assert_close(found, net.gradient(x[seen], y[seen]), 1e-9, 1e-12)


def test_dl4j_passes_ones_below():
    """Figures of real DL4J 1.0.0-M2.1: the gradient of the bias below is the sum of tanh's slopes below r."""
    net, exact = network("dl4j"), network()
    x, y = usual(net)
    usual(exact)
    inside = net.activations(x)["layer0"]
    below = net.output(x)[:, 0] < parameters(net)["r"].item()
    assert 0 < below.sum() < 7
    slots = {(s.node.name, s.param.name): slice(s.offset, s.stop) for s in net.parameters.slots}
    found, true = net.gradient(x, y), exact.gradient(x, y)
    assert_close(found[slots["layer0", "b"]], (1 - inside[below] ** 2).sum(axis=0), 1e-9, 1e-12)
    assert not np.allclose(found[slots["layer0", "b"]], true[slots["layer0", "b"]])
    assert np.array_equal(found[slots["layer1", "v"]], true[slots["layer1", "v"]])


def test_r_finds_the_share_of_odd_examples():
    layer = {"type": "ocnn_output", "hidden_size": 4, "nu": 0.2, "activation": "sigmoid"}
    updater = {"type": "sgd", "learning_rate": {"type": "inverse", "initial_value": 1.0, "gamma": 0.02, "power": 0.8}}
    spec = {"seed": 5, "input": 3, "defaults": {"updater": updater}, "layers": [layer]}
    net = Network(NetworkConfig.model_validate(spec))
    x, y = np.float32(generator(4).normal(2.0, 0.5, size=(200, 3))), np.zeros((200, 1))
    for _ in range(2000):
        net.fit(x, y)
    slot = next(slot for slot in net.parameters.slots if slot.param.name == "r")
    odd = (net.output(x) < net.parameter(slot).item()).mean()
    assert odd == pytest.approx(0.2, abs=0.06)


def test_json():
    check_json(
        OCNNOutput(n_in=4, hidden_size=3, nu=0.1, activation="sigmoid", name="layer0"),
        "OCNNOutputLayer",
        '{"configureR":true,"hiddenSize":3,"initialRValue":0.1,"nu":0.1,"windowSize":10000,"activationFn":{"@class":'
        '"org.nd4j.linalg.activations.impl.ActivationSigmoid"},"biasInit":0.0,"biasUpdater":null,"constraints":null,'
        '"gainInit":1.0,"gradientNormalization":"None","gradientNormalizationThreshold":1.0,"hasBias":true,"idropout":'
        'null,"iupdater":{"@class":"org.nd4j.linalg.learning.config.Sgd","learningRate":0.001},'
        '"lastEpochSinceRUpdated":0,"layerName":"layer0","nin":4,"nout":1,"regularization":[],"regularizationBias":[],'
        '"timeDistributedFormat":null,"weightInitFn":{"@class":"org.deeplearning4j.nn.weights.WeightInitXavier"},'
        '"weightNoise":null}',
    )
