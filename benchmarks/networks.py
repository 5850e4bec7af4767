"""What is measured: networks as dl4py's configurations, with the shapes of their features and labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Spec = dict[str, Any]


@dataclass(frozen=True)
class Workload:
    """A network, and what it is fed: sizes without the batch; `rounds` steps are timed together.

    With `torch` false PyTorch has no such layer.
    """

    key: str
    config: Spec
    features: tuple[int, ...]
    labels: tuple[int, ...]
    batch: int
    rounds: int
    trains: bool = True
    one_hot: bool = False
    torch: bool = True

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """The same numbers for every system, in DL4J's layout: features, and the class of each label."""
        generator = np.random.Generator(np.random.Philox(1))
        shape = (self.batch, *self.features)
        x = generator.random(shape, dtype=np.float32)
        if self.one_hot:
            x = (x == x.max(axis=1, keepdims=True)).astype(np.float32)
        return x, generator.integers(0, self.labels[0], (self.batch, *self.labels[1:]))

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Features and one-hot labels in DL4J's layout."""
        x, classes = self.data()
        return x, np.moveaxis(np.eye(self.labels[0], dtype=np.float32)[classes], -1, 1)


def mlp(sizes: list[int], activation: str, updater: Spec, l2: float) -> Spec:
    """Dense layers and a softmax."""
    *hidden, out = sizes[1:]
    layers = [{"type": "dense", "n_out": n} for n in hidden] + [{"type": "output", "n_out": out}]
    keys = {"activation": activation, "updater": updater, **({"l2": l2} if l2 else {})}
    return {"input": sizes[0], "defaults": keys, "layers": layers}


def lenet() -> Spec:
    """LeCun's network as in DL4J's example."""
    pool = {"type": "subsampling", "kernel_size": 2, "stride": 2}
    layers = [{"type": "convolution", "n_out": 20}, pool, {"type": "convolution", "n_out": 50}, pool]
    dense = [{"type": "dense", "n_out": 500, "activation": "relu"}, {"type": "output", "n_out": 10}]
    return {
        "input": {"type": "convolutional", "channels": 1, "height": 28, "width": 28},
        "defaults": {
            "activation": "identity",
            "l2": 5e-4,
            "updater": {"type": "nesterovs", "learning_rate": 0.01, "momentum": 0.9},
        },
        "layers": [*layers, *dense],
    }


def characters(layer: str) -> Spec:
    """Two recurrent layers over 50 characters."""
    return {
        "input": {"type": "recurrent", "size": 77, "time": 50},
        "defaults": {"activation": "tanh", "l2": 1e-3, "updater": {"type": "rms_prop", "learning_rate": 0.1}},
        "layers": [{"type": layer, "n_out": 200}, {"type": layer, "n_out": 200}, {"type": "rnn_output", "n_out": 77}],
    }


def residual() -> Spec:
    """Three blocks of two convolutions with 32 channels."""

    def conv(name: str, above: str) -> Spec:
        keys = {"n_out": 32, "kernel_size": 3, "convolution_mode": "same", "activation": "identity"}
        return {"name": name, "type": "convolution", "inputs": [above], **keys}

    def norm(name: str, above: str, activation: str) -> Spec:
        return {"name": name, "type": "batch_normalization", "activation": activation, "inputs": [above]}

    vertices, last = [conv("c0", "in"), norm("b0", "c0", "relu")], "b0"
    for i in (1, 2, 3):
        vertices += [conv(f"c{i}a", last), norm(f"b{i}a", f"c{i}a", "relu")]
        vertices += [conv(f"c{i}b", f"b{i}a"), norm(f"b{i}b", f"c{i}b", "identity")]
        vertices += [
            {"name": f"add{i}", "type": "element_wise", "op": "add", "inputs": [last, f"b{i}b"]},
            {"name": f"r{i}", "type": "activation", "activation": "relu", "inputs": [f"add{i}"]},
        ]
        last = f"r{i}"
    vertices.append({"name": "gap", "type": "global_pooling", "pooling_type": "avg", "inputs": [last]})
    vertices.append({"name": "out", "type": "output", "n_out": 10, "inputs": ["gap"]})
    image = {"type": "convolutional", "channels": 3, "height": 32, "width": 32}
    return {"inputs": {"in": image}, "defaults": {"updater": "adam"}, "vertices": vertices, "outputs": ["out"]}


def vgg16() -> Spec:
    """Simonyan and Zisserman's network up to its second dense layer."""
    layers: list[Spec] = []
    for channels, many in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        layers += [{"type": "convolution", "n_out": channels, "kernel_size": 3, "padding": 1}] * many
        layers.append({"type": "subsampling", "kernel_size": 2, "stride": 2})
    layers += [{"type": "dense", "n_out": 4096}] * 2
    image = {"type": "convolutional", "channels": 3, "height": 224, "width": 224}
    return {"input": image, "defaults": {"activation": "relu", "weight_init": "relu"}, "layers": layers}


SGD = {"type": "sgd", "learning_rate": 0.1}
NESTEROVS = {"type": "nesterovs", "learning_rate": 0.006, "momentum": 0.9}
WORKLOADS: dict[str, Workload] = {
    "iris 4-3-3-3, batch 120, SGD, l2": Workload("1_iris", mlp([4, 3, 3, 3], "tanh", SGD, 1e-4), (4,), (3,), 120, 2000),
    "MLP 784-1000-10, batch 125, Nesterovs, l2": Workload(
        "2_mlp1000", mlp([784, 1000, 10], "relu", NESTEROVS, 1e-4), (784,), (10,), 125, 10
    ),
    "MLP 784-500-100-10, batch 64, Adam": Workload(
        "3_mlp500", mlp([784, 500, 100, 10], "relu", {"type": "adam"}, 0.0), (784,), (10,), 64, 20
    ),
    "LeNet 20/50/500, batch 64, Nesterovs, l2": Workload("4_lenet", lenet(), (1, 28, 28), (10,), 64, 4),
    "char LSTM 2 x 200, batch 32, 50 steps, RMSProp, l2": Workload(
        "5_lstm", characters("lstm"), (77, 50), (77, 50), 32, 1, one_hot=True
    ),
    "the same with Graves LSTM": Workload(
        "5_graves", characters("graves_lstm"), (77, 50), (77, 50), 32, 1, one_hot=True, torch=False
    ),
    "residual net, 32 channels, 3 blocks, batch 32, Adam": Workload("6_resnet", residual(), (3, 32, 32), (10,), 32, 1),
    "VGG16 to fc2, inference, batch 8": Workload("7_vgg16", vgg16(), (3, 224, 224), (1,), 8, 1, trains=False),
}
