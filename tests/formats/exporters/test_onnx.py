import numpy as np
import pytest
from replay import CASES, names

from dl4py.errors import UnsupportedFeature
from dl4py.formats.dl4j.model import load
from dl4py.formats.exporters.base import EXPORTERS
from dl4py.network import Network, NetworkConfig

onnxruntime = pytest.importorskip("onnxruntime")
FED = {"seed": 3, "defaults": {"activation": "tanh"}}
NETWORKS = {
    "chain": {
        "input": 4,
        "layers": [
            {"type": "dense", "n_out": 6, "has_layer_norm": True},
            {"type": "batch_normalization"},
            {"type": "prelu"},
            {"type": "dropout"},
            {"type": "frozen", "layer": {"type": "dense", "n_out": 5, "activation": {"type": "elu", "alpha": 0.5}}},
            {"type": "element_wise_multiplication", "n_out": 5},
            {"type": "output", "n_out": 3},
        ],
    },
    "embedding": {"layers": [{"type": "embedding", "n_in": 7, "n_out": 4}, {"type": "output", "n_out": 2}]},
    "graph": {
        "inputs": {"a": 4, "b": 4},
        "vertices": [
            {"name": "m", "type": "merge", "inputs": ["a", "b"]},
            {"name": "s", "type": "subset", "from": 1, "to": 4, "inputs": "m"},
            {"name": "e", "type": "element_wise", "op": "max", "inputs": ["s", "a"]},
            {"name": "n", "type": "l2_normalize", "inputs": "e"},
            {"name": "c", "type": "scale", "scale_factor": 2.0, "inputs": "n"},
            {"name": "d", "type": "l2", "inputs": ["c", "b"]},
            {"name": "one", "type": "output", "n_out": 2, "inputs": "d"},
            {"name": "two", "type": "output", "n_out": 2, "inputs": ["c", "a"], "loss": "mse"},
        ],
        "outputs": ["one", "two"],
    },
}
ACTIVATIONS = ["cube", "hardsigmoid", "hardtanh", "identity", "leakyrelu", "mish", "rectifiedtanh", "relu", "relu6", "selu",
               "sigmoid", "softplus", "softsign", "swish", "thresholdedrelu", "gelu", "elu"]  # fmt: skip


def check(network, path):
    EXPORTERS.get("onnx")().write(network, path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    g = np.random.default_rng(1)
    x = [g.normal(size=(9, *shape.array)).astype("f") for shape in network.graph.shapes]
    if network.graph.nodes[0].thing.type == "embedding":
        x = [g.integers(0, 7, (9, 1)).astype("f")]
    theirs = session.run(None, dict(zip(network.graph.inputs, x, strict=True)))
    ours = network.output(x)
    for a, b in zip(ours if isinstance(ours, list) else [ours], theirs, strict=True):
        assert np.abs(a - b).max() < 1e-5


@pytest.mark.parametrize("name", NETWORKS)
def test_onnxruntime_computes_the_same(name, tmp_path):
    check(Network(NetworkConfig.model_validate(FED | NETWORKS[name])), tmp_path / "m.onnx")


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations(activation, tmp_path):
    layers = [{"type": "dense", "n_out": 6, "activation": activation}, {"type": "output", "n_out": 3}]
    check(Network(NetworkConfig.model_validate({"input": 4, "layers": layers})), tmp_path / "m.onnx")


def test_what_onnx_lacks_is_named_and_nothing_is_written(tmp_path):
    layers = [{"type": "dense", "n_out": 6, "activation": "rationaltanh"}, {"type": "output", "n_out": 3}]
    network = Network(NetworkConfig.model_validate({"input": 4, "layers": layers}))
    with pytest.raises(UnsupportedFeature) as error:
        EXPORTERS.get("onnx")().write(network, tmp_path / "m.onnx")
    assert str(error.value) == "the activation `rationaltanh` cannot be exported to ONNX yet"
    assert not list(tmp_path.iterdir())


def test_a_zip_of_dl4j(tmp_path):
    assert "dense-deep" in names()
    check(load(CASES / "dense-deep" / "model.zip"), tmp_path / "m.onnx")


def test_a_preprocessor_that_onnx_lacks_is_refused_by_name(tmp_path):
    vertex = {
        "name": "r",
        "type": "preprocessor",
        "pre_processor": {"type": "reshape", "input_shape": [4], "target_shape": [4]},
    }
    config = {
        "inputs": {"a": 4},
        "vertices": [vertex | {"inputs": "a"}, {"name": "out", "type": "output", "n_out": 2, "inputs": "r"}],
    }
    with pytest.raises(UnsupportedFeature) as error:
        EXPORTERS.get("onnx")().write(Network(NetworkConfig.model_validate(FED | config)), tmp_path / "m.onnx")
    assert str(error.value) == "a reshape cannot be exported to ONNX yet"
    assert list(tmp_path.iterdir()) == []
