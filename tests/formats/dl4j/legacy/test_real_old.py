"""Zips of DL4J 0.8, made by hand, loaded, run and trained on by real Deeplearning4j 1.0.0-M2.1.

M2.1 reads old zips but steps in today's order, so the network here is given the era `current`.
"""

import numpy as np
import oldzip
import pytest
from oldzip import chain, conf, dense, output

from dl4py.formats.dl4j.configuration import read_configuration
from dl4py.formats.dl4j.legacy.era import LegacyWarning
from dl4py.formats.dl4j.model import load
from dl4py.network import Network
from dl4py.network.graph import build
from dl4py.network.parameters import lay_out

pytestmark = pytest.mark.java
ADAM = {
    "updater": "ADAM", "learningRate": 0.05, "biasLearningRate": 0.05, "adamMeanDecay": 0.9, "adamVarDecay": 0.999,
    "epsilon": 1e-8,
}  # fmt: skip
RMSPROP = {"updater": "RMSPROP", "rmsDecay": 0.9, "learningRate": 0.01, "biasLearningRate": 0.01, "epsilon": 1e-8}
NESTEROVS = {"updater": "NESTEROVS", "momentum": 0.8}
CLIP = {"gradientNormalization": "ClipL2PerLayer", "gradientNormalizationThreshold": 0.1}
WINDOW = {"kernelSize": [2, 2], "stride": [1, 1], "padding": [0, 0], "convolutionMode": "Truncate"}
SOFTMAX = {"activationFn": {"Softmax": {}}, "lossFn": {"MCXENT": {}}}
WORDS = {"activationFn": None, "activationFunction": "leakyrelu"}


def flatten(height, width, channels):
    return {"cnnToFeedForward": {"inputHeight": height, "inputWidth": width, "numChannels": channels}}


def vertex(layer):
    return {"LayerVertex": {"layerConf": layer, "preProcessor": None, "outputVertex": False}}


GRAPH = {
    "networkInputs": ["a"], "networkOutputs": ["out"],
    "vertexInputs": {"d": ["a"], "e": ["a"], "m": ["d", "e"], "s": ["m"], "x": ["s"], "w": ["x", "d"], "out": ["w"]},
    "vertices": {
        "d": vertex(dense(4, 5, layerName="d", dropOut=1.0)), "e": vertex(dense(4, 5, layerName="e", dropOut=1.0)),
        "m": {"MergeVertex": {}}, "s": {"ScaleVertex": {"scaleFactor": 0.5}}, "x": {"SubsetVertex": {"from": 1, "to": 5}},
        "w": {"ElementWiseVertex": {"op": "Add"}}, "out": vertex(output(5, 3, layerName="out", dropOut=1.0)),
    },
    "defaultConfiguration": conf("dense") | {"layer": None},
}  # fmt: skip
FROZEN = conf("dense") | {
    "layer": {"FrozenLayer": {"layer": {"dense": oldzip.body(nin=4, nout=5, **ADAM)}, "layerName": "x"}}
}
NORMALIZED = conf("batchNormalization", ("gamma", "beta", "mean", "var"), nin=5, nout=5, decay=0.9, eps=1e-5, gamma=1.0,
                  beta=0.0, lockGammaBeta=False, minibatch=True)  # fmt: skip
TRAINED = {
    "adam": (chain(dense(4, 5, **ADAM), output(5, 3, **ADAM)), (4,)),
    "penalties": (chain(dense(4, 5, l1=0.01, l2=0.02, l1Bias=0.03, l2Bias=0.04, **ADAM), output(5, 3, **ADAM)), (4,)),
    "nesterovs": (chain(dense(4, 5, **NESTEROVS), output(5, 3, **NESTEROVS)), (4,)),
    "rms-prop-clipped": (chain(dense(4, 5, **RMSPROP, **CLIP), output(5, 3, **RMSPROP)), (4,)),
    "words": (chain(dense(4, 5, **WORDS), output(5, 3)), (4,)),
    "ada-delta-ada-grad": (
        chain(dense(4, 5, activationFn={"ELU": {"alpha": 1.0}}, updater="ADADELTA", rho=0.9, epsilon=1e-6),
              output(5, 3, updater="ADAGRAD", epsilon=1e-6)), (4,)),
    "auto-encoder": (
        chain(conf("autoEncoder", ("W", "b", "vb"), nin=4, nout=5, corruptionLevel=0.3, sparsity=0.0, lossFunction="MSE"),
              output(5, 3)), (4,)),
    "frozen": (chain(FROZEN, output(5, 3, **ADAM)), (4,)),
    "batch-normalization": (chain(dense(4, 5), NORMALIZED, output(5, 3)), (4,)),
    "activation-loss": (
        chain(dense(4, 3, activationFn={"Identity": {}}), conf("activation", ()), conf("loss", (), **SOFTMAX)), (4,)),
    "convolution": (
        chain(conf("convolution", nin=2, nout=3, **WINDOW, **ADAM), conf("subsampling", (), poolingType="AVG", **WINDOW),
              conf("localResponseNormalization", (), n=5.0, k=2.0, alpha=1e-4, beta=0.75), output(12, 3, **ADAM),
              inputPreProcessors={"3": flatten(2, 2, 3)}), (2, 4, 4)),
    "padding-norm-pooling": (
        chain(conf("zeroPadding", (), padding=[1, 1, 2, 2]), conf("convolution", nin=2, nout=3, **WINDOW),
              conf("subsampling", (), poolingType="PNORM", pnorm=2, eps=1e-8, **WINDOW),
              conf("GlobalPooling", (), poolingType="MAX", collapseDimensions=True, pnorm=2), output(3, 3)), (2, 4, 4)),
    "upsampling": (
        chain(conf("Upsampling2D", (), size=2), conf("convolution", nin=2, nout=3, **WINDOW), output(27, 3),
              inputPreProcessors={"2": flatten(3, 3, 3)}), (2, 2, 2)),
    "graph": (GRAPH, (4,)),
}  # fmt: skip
GATES = {"forgetGateBiasInit": 1.0, "gateActivationFn": {"HardSigmoid": {}}}
LAST = conf("rnnoutput", nin=5, nout=3, **SOFTMAX)
RUN = {  # what M2.1 runs but cannot train: it forgets the layout of sequences in old zips
    "lstm": (chain(conf("LSTM", ("W", "RW", "b"), nin=4, nout=5, **GATES), LAST), (4, 6)),
    "graves-lstm": (chain(conf("gravesLSTM", ("W", "RW", "b"), nin=4, nout=5, **GATES), LAST), (4, 6)),
    "loss-word": (
        chain(dense(4, 5), output(5, 3, lossFn=None, lossFunction="XENT", activationFn={"Sigmoid": {}})),
        (4,),
    ),
}


def prepared(value, shape, tmp_path):
    """The zip with random parameters, and a batch as the oracle wants it."""
    g = np.random.default_rng(5)
    graph = build(read_configuration(value, "made"))
    layout = lay_out(graph)
    params = (layout.first_values(graph) + 0.1 * g.normal(size=layout.size)).astype("f")
    for slot in layout.slots:
        if slot.param.role == "statistic":
            params[slot.offset : slot.stop] = np.abs(params[slot.offset : slot.stop]) + 0.1
    state = layout.first_state(graph).astype("f") if layout.state_size else None
    x, y = g.normal(size=(8, *shape)).astype("f"), np.eye(3, dtype="f")[g.integers(0, 3, 8)]
    np.save(tmp_path / "x0.npy", x)
    np.save(tmp_path / "y0.npy", y)
    return oldzip.zipped(tmp_path / "m.zip", value, params, state), x, y


@pytest.mark.parametrize("name", [*TRAINED, *RUN])
def test_m2_1_predicts_the_same(name, oracle, tmp_path):
    path, x, _ = prepared(*(TRAINED | RUN)[name], tmp_path)
    oracle("predict", path, "--x", tmp_path / "x0.npy", "--out", tmp_path)
    assert np.abs(np.load(tmp_path / "out0.npy") - load(path).output(x)).max() < 1e-5


@pytest.mark.parametrize("name", TRAINED)
def test_m2_1_trains_on_in_step(name, oracle, tmp_path):
    path, x, y = prepared(*TRAINED[name], tmp_path)
    data = ["--x", tmp_path / "x0.npy", "--y", tmp_path / "y0.npy", "--batch", 4, "--epochs", 3]
    theirs = oracle("fit", path, *data, "--out", tmp_path, "--save", tmp_path / "t.zip")
    old = load(path)
    network = Network(old.config.but(era="current"), params=old.params, state=old.updater_state)
    scores = [network.fit(x[rows], y[rows]) for _ in range(3) for rows in (slice(0, 4), slice(4, 8))]
    trained = load(tmp_path / "t.zip")  # M2.1 saves what it read of 0.8: nulls and NaN among it
    assert scores == pytest.approx(theirs["scores"], rel=1e-4, abs=1e-5)
    assert np.abs(trained.params - network.params).max() < 1e-5
    assert np.abs(trained.updater_state - network.updater_state).max(initial=0.0) < 1e-5


def test_m2_1_reads_what_is_left_of_a_policy(oracle, tmp_path):
    around = {"learningRatePolicy": "Exponential", "lrPolicyDecayRate": 0.9}
    value = chain(dense(4, 5, around), output(5, 3, around))
    path, x, y = prepared(value, (4,), tmp_path)
    network = load(path)
    network.fit(x, y)
    network.save(tmp_path / "n.zip")
    oracle("predict", tmp_path / "n.zip", "--x", tmp_path / "x0.npy", "--out", tmp_path)
    assert np.abs(np.load(tmp_path / "out0.npy") - network.output(x)).max() < 1e-5
    again = load(tmp_path / "n.zip")
    assert again.config.layers[0].updater == network.config.layers[0].updater
    assert again.fit(x, y) == network.fit(x, y)


def test_a_boltzmann_machine_as_m2_1_gets_it(oracle, tmp_path):
    value = chain(
        conf("RBM", ("W", "b", "vb"), nin=4, nout=5, hiddenUnit="RECTIFIED", lossFunction="MSE"), output(5, 3)
    )
    with pytest.warns(LegacyWarning):
        path, x, _ = prepared(value, (4,), tmp_path)
    with pytest.warns(LegacyWarning):
        network = load(path)
    network.save(tmp_path / "n.zip")
    oracle("predict", tmp_path / "n.zip", "--x", tmp_path / "x0.npy", "--out", tmp_path)
    theirs = np.load(tmp_path / "out0.npy")
    W, b, vb, V, c = (network.parameter(slot).astype(np.float64) for slot in network.parameters.slots)
    z = np.maximum(x @ W + b, 0) @ V + c
    e = np.exp(z - z.max(axis=1, keepdims=True))
    assert theirs == pytest.approx(e / e.sum(axis=1, keepdims=True), abs=1e-6)
    assert network.output(x) == pytest.approx(theirs, abs=1e-6)
    assert vb.size == 4
