"""A network as an ONNX graph, checked against onnxruntime before the file appears."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from dl4py.atomic import write_bytes
from dl4py.data.normalizers.image_scaler import Scaled
from dl4py.data.normalizers.min_max import Ranged
from dl4py.data.normalizers.standardize import Standardized
from dl4py.errors import DL4PyError, ModelFileError, UnsupportedFeature
from dl4py.formats.exporters.base import Exporter, exporter
from dl4py.network.graph import Node
from dl4py.network.network import Network

OPSET = 18
TOLERANCE = 1e-5


class Writer:
    """Collects ONNX nodes and initializers."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.count = 0

    def constant(self, value: Any, kind: Any = np.float32) -> str:
        """The name of a constant."""
        from onnx import numpy_helper

        self.count += 1
        name = f"c{self.count}"
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=kind), name))
        return name

    def __call__(self, op: str, *inputs: str, **attributes: Any) -> str:
        """Adds a node and gives the name of its output."""
        from onnx import helper

        self.count += 1
        name = f"v{self.count}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], **attributes))
        return name


Convert = Callable[[Writer, Any, list[str], dict[str, np.ndarray]], str]
CONVERTS: dict[str, Convert] = {}


def converts(*types: str) -> Callable[[Convert], Convert]:
    """Enters the conversion of layers or vertices: (writer, thing, inputs, parameters) to the output's name."""

    def enter(function: Convert) -> Convert:
        CONVERTS.update(dict.fromkeys(types, function))
        return function

    return enter


@exporter("onnx")
class Onnx(Exporter):
    """Inference in opset 18, the normalizer of the inputs included. Needs the extra `onnx`."""

    suffix: ClassVar[str] = ".onnx"

    def write(self, network: Network, path: Path) -> None:
        try:
            import onnx
            import onnxruntime
        except ImportError as error:
            raise DL4PyError(
                f"export to ONNX needs the package {error.name}", hint="pip install 'dl4py[onnx]'"
            ) from None
        model = build(network)
        onnx.checker.check_model(model)
        data = model.SerializeToString()
        _compare(network, onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]))
        write_bytes(path, data)


def build(network: Network) -> Any:
    """The ONNX model of a network."""
    from onnx import TensorProto, helper

    graph = network.graph
    writer = Writer()
    if None in graph.shapes:
        raise UnsupportedFeature("the network does not say what it is fed", hint="add `input:` to its spec")
    shapes = [shape.array for shape in graph.shapes if shape is not None]
    names = dict(zip(graph.inputs, graph.inputs, strict=True))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
        for name, shape in zip(graph.inputs, shapes, strict=True)
    ]
    if network.normalizer is not None:
        names[graph.inputs[0]] = normalized(writer, network.normalizer, graph.inputs[0])
    for node in graph.nodes:
        names[node.name] = _node(network, writer, node, [names[i] for i in node.inputs])
    outputs = []
    for name in graph.outputs:
        writer.nodes.append(helper.make_node("Identity", [names[name]], [name]))
        shape = graph.node(name).shape
        assert shape is not None
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", *shape.array]))
    made = helper.make_graph(writer.nodes, "dl4py", inputs, outputs, writer.initializers)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9, producer_name="dl4py")


def _node(network: Network, writer: Writer, node: Node, inputs: list[str]) -> str:
    params = {s.param.name: network.parameter(s) for s in network.parameters.of(node)}
    if node.preprocessor is not None:
        inputs = [CONVERTS["preprocessor"](writer, node.preprocessor, inputs, {})]
    return convert(writer, node.thing, inputs, params)


def convert(writer: Writer, thing: Any, inputs: list[str], params: dict[str, np.ndarray]) -> str:
    """The conversion of one layer or vertex."""
    if thing.type not in CONVERTS:
        raise UnsupportedFeature(f"`{thing.name}`: a {thing.type} cannot be exported to ONNX yet", at=thing.mark())
    return CONVERTS[thing.type](writer, thing, inputs, params)


def normalized(w: Writer, fitted: Any, x: str) -> str:
    """The input as the network wants it."""
    if isinstance(fitted, Standardized):
        return w("Div", w("Sub", x, w.constant(fitted.mean)), w.constant(fitted.std))
    if isinstance(fitted, Ranged):
        share = w("Div", w("Sub", x, w.constant(fitted.lower)), w.constant(fitted.upper - fitted.lower))
        return w("Add", w("Mul", share, w.constant(fitted.high - fitted.low)), w.constant(fitted.low))
    assert isinstance(fitted, Scaled)
    scale = (fitted.high - fitted.low) / fitted.largest
    return w("Add", w("Mul", x, w.constant(scale)), w.constant(fitted.low))


def activated(w: Writer, a: Any, z: str) -> str:
    """An activation, as in inference."""
    simple = {
        "relu6": lambda: w("Clip", z, w.constant(0.0), w.constant(6.0)),
        "sigmoid": lambda: w("Sigmoid", z),
        "tanh": lambda: w("Tanh", z),
        "softplus": lambda: w("Softplus", z),
        "softsign": lambda: w("Softsign", z),
        "selu": lambda: w("Selu", z),
        "mish": lambda: w("Mish", z),
        "identity": lambda: z,
        "softmax": lambda: w("Softmax", z, axis=1),
        "hardsigmoid": lambda: w("HardSigmoid", z, alpha=0.2, beta=0.5),
        "hardtanh": lambda: w("Clip", z, w.constant(-1.0), w.constant(1.0)),
        "cube": lambda: w("Mul", z, w("Mul", z, z)),
        "swish": lambda: w("Mul", z, w("Sigmoid", z)),
        "rectifiedtanh": lambda: w("Relu", w("Tanh", z)),
        "elu": lambda: w("Elu", z, alpha=a.alpha),
        "leakyrelu": lambda: w("LeakyRelu", z, alpha=a.alpha),
        "thresholdedrelu": lambda: w("ThresholdedRelu", z, alpha=a.theta),
    }
    if a.type in simple:
        return simple[a.type]()
    if a.type == "relu" and not a.negative_slope and not a.threshold:
        y = w("Relu", z)
        return y if a.max is None else w("Min", y, w.constant(a.max))
    if a.type == "gelu" and not a.precise:
        return w("Mul", z, w("Sigmoid", w("Mul", z, w.constant(1.702))))
    raise UnsupportedFeature(f"the activation `{a.type}` cannot be exported to ONNX yet", at=a.mark())


@converts("dense", "output", "auto_encoder")
def _dense(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    z = w("MatMul", x[0], w.constant(p["W"]))
    if "g" in p:
        mean = w("ReduceMean", z, w.constant([1], np.int64), keepdims=1)
        d = w("Sub", z, mean)
        variance = w("ReduceMean", w("Mul", d, d), w.constant([1], np.int64), keepdims=1)
        z = w("Mul", w("Div", d, w("Sqrt", w("Add", variance, w.constant(1e-12)))), w.constant(p["g"]))
    if "b" in p:
        z = w("Add", z, w.constant(p["b"]))
    return activated(w, layer.activation, z)


@converts("activation", "loss")
def _activation(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return activated(w, layer.activation, x[0])


@converts("dropout")
def _dropout(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return x[0]


@converts("frozen")
def _frozen(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return convert(w, layer.layer, x, p)


@converts("frozen_with_backprop")
def _frozen_with_backprop(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return convert(w, layer.underlying, x, p)


@converts("embedding")
def _embedding(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    index = w("Squeeze", w("Cast", x[0], to=7), w.constant([1], np.int64))
    z = w("Gather", w.constant(p["W"]), index, axis=0)
    return activated(w, layer.activation, w("Add", z, w.constant(p["b"])) if "b" in p else z)


@converts("batch_normalization")
def _batch_normalization(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    mean = p["mean"]
    variance = np.float32(10.0) ** (2 * p["log10stdev"]) if "log10stdev" in p else p["var"]
    gamma, beta = p.get("gamma", np.full_like(mean, layer.gamma)), p.get("beta", np.full_like(mean, layer.beta))
    names = [w.constant(v) for v in (gamma, beta, mean, variance)]
    return w("BatchNormalization", x[0], *names, epsilon=layer.eps)


@converts("element_wise_multiplication")
def _element_wise_multiplication(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    z = w("Add", w("Mul", x[0], w.constant(p["W"].reshape(-1))), w.constant(p["b"]))
    return activated(w, layer.activation, z)


@converts("prelu")
def _prelu(w: Writer, layer: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("PRelu", x[0], w.constant(p["W"]))


@converts("merge")
def _merge(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("Concat", *x, axis=vertex.merge_axis)


@converts("element_wise")
def _element_wise(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    if vertex.op == "average":
        return w("Mean", *x)
    if vertex.op == "max":
        return w("Max", *x)
    y = x[0]
    for other in x[1:]:
        y = w({"add": "Add", "subtract": "Sub", "product": "Mul"}[vertex.op], y, other)
    return y


@converts("subset")
def _subset(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    bounds = [w.constant([n], np.int64) for n in (vertex.from_, vertex.to + 1, 1)]
    return w("Slice", x[0], *bounds)


@converts("stack")
def _stack(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("Concat", *x, axis=0)


@converts("l2")
def _l2(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("ReduceL2", w("Sub", x[0], x[1]), w.constant([1], np.int64), keepdims=1)


@converts("l2_normalize")
def _l2_normalize(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    norm = w("ReduceL2", x[0], w.constant([1], np.int64), keepdims=1)
    return w("Div", x[0], w("Max", norm, w.constant(vertex.eps)))


@converts("scale")
def _scale(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("Mul", x[0], w.constant(vertex.scale_factor))


@converts("shift")
def _shift(w: Writer, vertex: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("Add", x[0], w.constant(vertex.shift_factor))


@converts("preprocessor")
def _preprocessor(w: Writer, preprocessor: Any, x: list[str], p: dict[str, np.ndarray]) -> str:
    return w("Flatten", x[0], axis=1)


def _compare(network: Network, session: Any) -> None:
    """Runs both on random examples; raises `ModelFileError` where they differ."""
    shapes = [shape.array for shape in network.graph.shapes if shape is not None]
    if len(shapes) != len(network.graph.inputs):
        raise ModelFileError("the network does not say what it is fed, so the export cannot be checked")
    generator = np.random.Generator(np.random.Philox(1))
    x = [generator.standard_normal((5, *shape)).astype(np.float32) for shape in shapes]
    for node in network.graph.nodes:  # an embedding is fed whole numbers
        if node.thing.type == "embedding" and node.inputs[0] in network.graph.inputs:
            i = network.graph.inputs.index(node.inputs[0])
            x[i] = generator.integers(0, node.thing.n_in, (5, 1)).astype(np.float32)  # type: ignore[union-attr]
    theirs = session.run(None, dict(zip(network.graph.inputs, x, strict=True)))
    if network.normalizer is not None:
        x[0] = network.normalizer.apply(x[0])
    ours = network.output(x)
    for name, a, b in zip(network.graph.outputs, ours if isinstance(ours, list) else [ours], theirs, strict=True):
        error = float(np.abs(a - b).max() / max(1.0, np.abs(a).max()))
        if not error <= TOLERANCE:
            raise ModelFileError(
                f"onnxruntime computes the output `{name}` with an error of {error:.1e}; nothing was written"
            )
