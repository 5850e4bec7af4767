"""Random networks over all layers and vertices, and batches for them: the same seed gives the same network.

A network grows by one layer or vertex at a time on an output that it has; what does not fit there is drawn again, so
that whatever is drawn either runs or is refused with a message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dl4py.errors import DL4PyError
from dl4py.layers.base import ScoredPart
from dl4py.network import Network, NetworkConfig
from dl4py.network.feed import label_shape, node_batch
from dl4py.network.graph import Graph, Node, build, scored_outputs
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward, Recurrent, Shape
from tests.random_layers import CELLS, IN_PLACE, Dice, Spec, defaults, drawn, ending, given, own, width

BATCH = 8


def _format(fed: Spec) -> str:
    return str(fed.get("format", "")).upper()


def _fits(spec: Spec) -> bool:
    try:
        build(NetworkConfig.model_validate(spec))
    except DL4PyError:
        return False
    except ValueError:  # pydantic: a value out of range
        return False
    return True


def _rows(spec: Spec, name: str) -> int:
    """Examples that come out for a batch; 0 where the vertex does not fit."""
    return node_batch(build(NetworkConfig.model_validate(spec)), name, BATCH) if _fits(spec) else 0


def random_spec(seed: int) -> Spec:
    """A chain or a graph."""
    d = Dice(seed)
    for _ in range(20):
        spec = _graph(d) if d.chance(0.4) else _chain(d)
        if _trains(spec):
            return spec
    raise AssertionError(seed)


def _trains(spec: Spec) -> bool:
    """Whether there is something to train, a score to train it on, and nothing that DL4J is known to break."""
    if "vertices" in spec and not spec["outputs"]:
        return False
    graph = Network(NetworkConfig.model_validate(spec)).graph
    ends = [graph.node(name) for name in graph.outputs]
    unrolled = any(n.preprocessor and n.preprocessor.type.endswith("to_rnn") for n in graph.nodes)
    return (
        any(node.params for node in graph.nodes)
        and all(isinstance(node.thing, ScoredPart) for node in ends)
        and all(getattr(node.shape, "steps", 1) == 1 for node in ends)  # DL4J divides such scores by steps
        and not (unrolled and not graph.config.mini_batch)  # rows become one long sequence
        and all(_alone(graph, node) for node in graph.nodes if node.thing.type in IN_PLACE)
    )


def _alone(graph: Graph, node: Node) -> bool:
    """Whether nobody else sees what the node, in DL4J, writes its output over."""
    source = node.inputs[0]
    readers = [other for other in graph.nodes if source in other.inputs]
    return graph.config.chain or (len(readers) == 1 and source not in graph.inputs and bool(graph.node(source).params))


def _keys(d: Dice) -> Spec:
    keys: Spec = {"seed": d.number(1, 99), "compatibility": "dl4j", "defaults": defaults(d)}
    keys["data_type"] = "double" if d.chance(0.4) else "float"
    solvers = "line_gradient_descent", "conjugate_gradient", "lbfgs"
    return keys | d.some(0.1, mini_batch=False) | d.some(0.03, optimization_algo=lambda: d.of(*solvers))


def _chain(d: Dice) -> Spec:
    keys, fed = _keys(d), given(d)
    layers: list[Spec] = []
    spec = {**keys, "input": fed, "layers": layers}
    index = fed["type"] == "feed_forward" and d.chance(0.1)
    if index:
        fed["size"] = 1
        layers.append({"type": "embedding", "n_in": 5, "n_out": width(d), **d.some(0.4, has_bias=True)})
    if fed["type"] == "recurrent" and "format" not in fed and d.chance(0.1):
        fed["size"] = 1
        layers.append({"type": "embedding_sequence", "n_in": 5, "n_out": width(d), **d.some(0.4, has_bias=True)})

    def shape() -> Shape:
        graph = build(NetworkConfig.model_validate(spec)) if layers else None
        found = (
            graph.nodes[-1].shape if graph else NetworkConfig.model_validate({**spec, "layers": [LAST]}).input.shape()
        )
        assert found is not None
        return found

    wanted = len(layers) + d.number(1, 4)
    for _ in range(40):
        if len(layers) >= wanted:
            break
        layer = drawn(d, shape(), _format(fed), layers[-1]["type"] if layers else None)
        if (layers or layer["type"] not in IN_PLACE) and _fits({**spec, "layers": [*layers, layer]}):
            layers.append(layer)
    return _ended(d, spec, layers, shape, _format(fed))


LAST = {"type": "loss"}


def _ended(d: Dice, spec: Spec, layers: list[Spec], shape: Callable[[], Shape], format: str) -> Spec:
    if layers and layers[-1]["type"] in ("primary_capsules", "capsule"):
        layers.append({"type": "capsule_strength"})
    for _ in range(20):
        end = ending(d, shape(), format)
        if _fits({**spec, "layers": [*layers, end]}):
            layers.append(end)
            break
    if any(layer["type"] in ("last_time_step", "global_pooling") for layer in layers):
        return spec
    shapes = [build(NetworkConfig.model_validate(spec)).shapes[0], shape()]
    cells = all(layer["type"] in CELLS for layer in layers)
    if cells and format != "NWC" and all(isinstance(s, Recurrent) for s in shapes) and d.chance(0.3):
        spec |= {"backprop_type": "truncated_bptt", "tbptt_fwd_length": 2, "tbptt_back_length": 2}
    return spec


@dataclass
class Growing:
    """A graph while it grows: what has been drawn, and the shapes that are there to build on."""

    d: Dice
    spec: Spec
    inputs: dict[str, Spec]
    vertices: list[Spec] = field(default_factory=list)

    def shapes(self) -> dict[str, Shape]:
        config = NetworkConfig.model_validate(
            {**self.spec, "inputs": self.inputs, "vertices": [*self.vertices, self.any()]}
        )
        found = dict(zip(self.inputs, (shape.shape() for _, shape in config.inputs if shape), strict=True))
        if self.vertices:
            graph = build(NetworkConfig.model_validate(self.whole()))
            found |= {node.name: node.shape for node in graph.nodes}
        return found

    def any(self) -> Spec:
        return {"name": "any", "type": "scale", "scale_factor": 1.0, "inputs": next(iter(self.inputs))}

    def whole(self, *more: Spec) -> Spec:
        return {**self.spec, "inputs": self.inputs, "vertices": [*self.vertices, *more]}

    def add(self, vertex: Spec) -> bool:
        if not _fits(self.whole(vertex)):
            return False
        self.vertices.append(vertex)
        return True


def _graph(d: Dice) -> Spec:
    first = given(d)
    inputs = {"a": first}
    if d.chance(0.5):
        inputs["b"] = dict(first) if d.chance(0.6) else given(d)
    grown = Growing(d, _keys(d), inputs)
    last = any("format" in fed for fed in inputs.values())
    if last:
        inputs = {"a": first}
        grown.inputs = inputs
    format = _format(first)
    wanted = d.number(2, 6)
    for _ in range(60):
        if len(grown.vertices) >= wanted:
            break
        shapes = grown.shapes()
        name = f"v{len(grown.vertices)}"
        source = _source(d, grown, shapes)
        if d.chance(0.5):
            layer = drawn(d, shapes[source], format, None)
            if layer["type"] != "primary_capsules" and not (source in inputs and layer["type"] in IN_PLACE):
                grown.add({"name": name, "inputs": source, **layer})
        else:
            grown.add({"name": name, **joining(d, shapes, source, list(inputs))})
    return _with_ends(d, grown, format)


def _source(d: Dice, grown: Growing, shapes: dict[str, Shape]) -> str:
    """An output that nothing uses yet, more often than not."""
    used = {name for v in grown.vertices for name in ([v["inputs"]] if isinstance(v["inputs"], str) else v["inputs"])}
    free = [name for name in shapes if name not in used]
    return d.of(*free) if free and d.chance(0.8) else d.of(*shapes)


def joining(d: Dice, shapes: dict[str, Shape], source: str, inputs: list[str]) -> Spec:
    """A vertex on `source` and others that are like it."""
    shape = shapes[source]
    alike = [name for name, other in shapes.items() if other == shape]
    near = [name for name, other in shapes.items() if type(other) is type(shape)]
    several = [source, *[d.of(*alike) for _ in range(d.number(1, 2))]]
    n = shape.channels if isinstance(shape, Convolutional | Convolutional3D) else shape.size
    low = d.number(0, n - 1)
    mask = d.some(0.5, mask_array_input_name=lambda: d.of(*inputs))
    some: list[Spec] = [
        {"type": "merge", "inputs": [source, d.of(*near)]},
        {"type": "element_wise", "op": d.of("add", "product", "average", "max"), "inputs": several},
        {"type": "element_wise", "op": "subtract", "inputs": several[:2]},
        {"type": "subset", "from": low, "to": d.number(low, n - 1), "inputs": source},
        {"type": "scale", "scale_factor": 1.5, "inputs": source},
        {"type": "shift", "shift_factor": -0.3, "inputs": source},
        {"type": "l2_normalize", "inputs": source},
        {"type": "stack", "inputs": several},
        {"type": "unstack", "from": d.number(0, 1), "stack_size": 2, "inputs": source},
        {"type": "l2", "inputs": several[:2]},
        {"type": "dense", "n_out": width(d), "inputs": [source, d.of(*near)], **own(d)},
        {"type": "frozen_vertex", "underlying": {"type": "scale", "scale_factor": 0.5}, "inputs": source},
    ]
    if isinstance(shape, Recurrent):
        some += [
            {"type": "last_time_step_vertex", "mask_array_input_name": d.of(*inputs), "inputs": source},
            {"type": "reverse_time_series", "inputs": source, **mask},
            {"type": "attention", "inputs": [source, d.of(*near), d.of(*near)], **d.of({}, {"n_out": 4, "n_heads": 2, "project_input": True})},
        ]  # fmt: skip
    if isinstance(shape, FeedForward):
        some += [{"type": "duplicate_to_time_series", "input_name": d.of(*inputs), "inputs": source}]
        some += [{"type": "reshape", "new_shape": [-1, n // 2, 2], "inputs": source}] if n % 2 == 0 else []
    if isinstance(shape, Convolutional):
        some += [{"type": "pool_helper", "inputs": source}]
    return d.of(*some)


def _with_ends(d: Dice, grown: Growing, format: str) -> Spec:
    """An output on what nothing uses; what is not reached stays unused, as DL4J allows."""
    used = {name for v in grown.vertices for name in ([v["inputs"]] if isinstance(v["inputs"], str) else v["inputs"])}
    shapes = grown.shapes()
    free = [v["name"] for v in grown.vertices if v["name"] not in used] or [list(shapes)[-1]]
    outputs = []
    for name in free[-2:]:
        for _ in range(20):
            end = {"name": f"out{len(outputs)}", "inputs": name, **ending(d, shapes[name], format)}
            if _rows(grown.whole(end), end["name"]) == BATCH:
                grown.vertices.append(end)
                outputs.append(end["name"])
                break
    return {**grown.whole(), "outputs": outputs}


@dataclass
class Example:
    """A batch for a network."""

    x: list[np.ndarray]
    y: list[np.ndarray]
    mask: list[np.ndarray | None] | None = None
    label_mask: list[np.ndarray | None] | None = None

    @property
    def masks(self) -> dict[str, Any]:
        return {"mask": self.mask, "label_mask": self.label_mask}

    def rows(self, part: slice) -> Example:
        cut = lambda arrays: None if arrays is None else [None if a is None else a[part] for a in arrays]  # noqa: E731
        return Example(cut(self.x), cut(self.y), cut(self.mask), cut(self.label_mask))

    def arrays(self) -> Iterator[tuple[str, list[np.ndarray | None]]]:
        for name, found in (("x", self.x), ("y", self.y), ("xmask", self.mask), ("ymask", self.label_mask)):
            if found is not None:
                yield name, list(found)


def _lengths(d: Dice, time: int) -> np.ndarray:
    longest = d.g.permutation(BATCH)[0]  # one example has all steps
    lengths = d.g.integers(1, time + 1, BATCH)
    lengths[longest] = time
    return (np.arange(time) < lengths[:, None]).astype("f")


def _features(d: Dice, network: Network, name: str, shape: Shape) -> np.ndarray:
    for node in network.graph.nodes:
        if name in node.inputs and node.thing.type in ("embedding", "embedding_sequence"):
            return d.g.integers(0, 5, (BATCH, *shape.array)).astype("f")
    x = d.g.normal(size=(BATCH, *shape.array)).astype("f")
    if isinstance(shape, Recurrent) and any(node.thing.type == "mask_zero" for node in network.graph.nodes):
        x[d.g.uniform(size=BATCH) < 0.3, ..., -1:] = d.of(0.0, 7.0)
    return x


def _labels(d: Dice, network: Network, node: Any) -> np.ndarray:
    shape = label_shape(node)
    rows = node_batch(network.graph, node.name, BATCH) * (getattr(node.shape, "steps", 1) or 1)
    n = node.shape.channels if isinstance(node.shape, Convolutional | Convolutional3D) else node.shape.size
    face, axis = (rows, *shape.array), shape.inside[-1]
    inside = (*face[:axis], *face[axis + 1 :])
    kind = node.thing.loss.type
    classes = d.g.integers(0, n, inside)
    if kind == "sparse_mcxent":
        found = classes[..., None]
    elif kind == "multi_label":
        found = (d.g.uniform(size=(*inside, n)) < 0.5).astype("f")
        found[..., 0], found[..., -1] = 1.0, 0.0  # one of each at least, or there is nothing to rank
    elif kind == "mixture_density":
        found = d.g.normal(size=(*inside, node.thing.loss.label_width))
    elif kind in ("mse", "l1", "l2", "mae", "mape", "msle", "poisson"):
        found = d.g.uniform(0.1, 1.0, (*inside, n))
    elif kind in ("hinge", "squared_hinge", "wasserstein"):
        found = 2.0 * np.eye(n)[classes] - 1.0
    else:
        found = np.eye(n)[classes]
    return np.ascontiguousarray(np.moveaxis(found, -1, axis)).astype("f")


WHOLE = ("mcxent", "negativeloglikelihood", "sparse_mcxent", "fmeasure", "cosine_proximity", "multi_label")


def _row_mask(d: Dice, node: Any, y: np.ndarray) -> np.ndarray:
    """A mask of examples, or of single outputs where the loss is a sum over them."""
    whole = node.thing.loss.type in WHOLE or node.thing.type == "center_loss_output" or d.chance(0.6)
    mask = (d.g.uniform(size=(BATCH, 1) if whole else y.shape) < 0.7).astype("f")
    mask[0] = 1.0
    return mask


def random_batch(seed: int, network: Network) -> Example:
    """Features and labels, and masks where sequences take them."""
    d = Dice(seed + 10**6)
    graph = network.graph
    shapes = [shape for shape in graph.shapes if shape is not None]
    x = [_features(d, network, name, shape) for name, shape in zip(graph.inputs, shapes, strict=True)]
    ends = scored_outputs(graph)
    y = [_labels(d, network, node) for node in ends]
    example = Example(x, y)
    if any(isinstance(s, Recurrent) for s in shapes) and d.chance(0.4):
        example.mask = [_lengths(d, s.time or 1) if isinstance(s, Recurrent) else None for s in shapes]
    rows = [
        label_shape(node).array == a.shape[1:] and a.ndim == 2 and len(a) == BATCH
        for node, a in zip(ends, y, strict=True)
    ]
    if all(rows) and d.chance(0.2):
        example.label_mask = [_row_mask(d, node, a) for node, a in zip(ends, y, strict=True)]
    sequences = [isinstance(label_shape(node), Recurrent) and len(a) == BATCH for node, a in zip(ends, y, strict=True)]
    if all(sequences) and d.chance(0.3):
        example.label_mask = [_lengths(d, label_shape(node).time or 1) for node in ends]
    return example
