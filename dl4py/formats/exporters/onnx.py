"""A network as an ONNX graph, checked against onnxruntime before the file appears."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from dl4py.atomic import write_bytes
from dl4py.data.batch import Batch
from dl4py.errors import DL4PyError, ModelFileError, UnsupportedFeature
from dl4py.formats.exporters.base import Exporter, exporter
from dl4py.formats.onnx import layers as layers  # entering their conversions
from dl4py.formats.onnx import vertices as vertices
from dl4py.formats.onnx.normalizers import normalized
from dl4py.formats.onnx.writer import Writer, convert
from dl4py.network.graph import Node
from dl4py.network.network import Network

OPSET = 18
TOLERANCE = 1e-5


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
    for i, name in enumerate(graph.inputs if network.normalizer is not None else ()):
        if (fitted := network.normalizer.of_input(i)) is not None:
            names[name] = normalized(writer, fitted, name)
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
        inputs = [convert(writer, node.preprocessor, inputs, {})]
    return convert(writer, node.thing, inputs, params)


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
        x = list(network.normalizer.apply_batch(Batch(tuple(x))).features)
    ours = network.output(x)
    for name, a, b in zip(network.graph.outputs, ours if isinstance(ours, list) else [ours], theirs, strict=True):
        error = float(np.abs(a - b).max() / max(1.0, np.abs(a).max()))
        if not error <= TOLERANCE:
            raise ModelFileError(
                f"onnxruntime computes the output `{name}` with an error of {error:.1e}; nothing was written"
            )
