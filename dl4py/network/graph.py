"""From configuration to graph: names, order, shapes, preprocessors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from math import prod
from typing import TypeVar

from dl4py.compatibility import Compatibility
from dl4py.errors import DL4PyError, InvalidValue, MissingKey, ShapeError, SpecError
from dl4py.layers import Layer
from dl4py.layers.base import ScoredPart, UpdatedKeys
from dl4py.network.config import NetworkConfig
from dl4py.network.order import topological
from dl4py.plan import Param
from dl4py.preprocessors import Preprocessor
from dl4py.shapes import Shape
from dl4py.spec import Mark, Thing
from dl4py.vertices import Vertex

T = TypeVar("T", bound=Thing)
BATCH = 720720
"""Examples of a batch that divides by any number of parts, for counting."""
LARGEST = 2**38  # values of one example


@dataclass(frozen=True)
class Node:
    """A layer or vertex in its place: inputs by name, preprocessor, parameters, shapes where they are known."""

    name: str
    thing: Layer | Vertex
    inputs: tuple[str, ...]
    preprocessor: Preprocessor | None = None
    given: tuple[Shape, ...] = ()
    shape: Shape | None = None

    @property
    def layer(self) -> Layer | None:
        """The layer, None for a vertex without one."""
        return self.thing if isinstance(self.thing, Layer) else None

    @property
    def params(self) -> list[Param]:
        """Parameters in DL4J's order."""
        return self.thing.params()

    @property
    def trained(self) -> UpdatedKeys | None:
        """The keys that say how the parameters are trained."""
        return self.thing.trained()


@dataclass(frozen=True)
class Graph:
    """Nodes in topological order; a chain is a graph whose nodes follow each other."""

    config: NetworkConfig
    inputs: tuple[str, ...]
    shapes: tuple[Shape | None, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    written: tuple[str, ...]  # names of the vertices in the order of the text

    @property
    def compatibility(self) -> Compatibility:
        """Which of DL4J's quirks hold."""
        return Compatibility(self.config.compatibility)

    def node(self, name: str) -> Node:
        """The node of that name."""
        return next(node for node in self.nodes if node.name == name)

    def fed(self, shapes: Sequence[Shape]) -> Graph:
        """The graph with shapes inferred from those of its inputs."""
        for name, shape in zip(self.inputs, shapes, strict=True):
            _check_size(f"the input `{name}`", shape, self.config.mark("input" if self.config.chain else "inputs"))
        known: dict[str, Shape] = dict(zip(self.inputs, shapes, strict=True))
        nodes = []
        examples = dict.fromkeys(self.inputs, BATCH)
        for node in self.nodes:
            examples[node.name] = _examples(node, [examples[name] for name in node.inputs])
            fed = _fed(node, tuple(known[name] for name in node.inputs), dict(zip(self.inputs, shapes, strict=True)))
            assert fed.shape is not None
            _check_size(f"the output of `{node.name}`", fed.shape, node.thing.mark())
            known[node.name] = fed.shape
            nodes.append(fed)
        return replace(self, nodes=tuple(nodes), shapes=tuple(shapes))


def _check_size(what: str, shape: Shape, at: Mark | None) -> None:
    """Raises where one example is larger than any memory, before arithmetic on it overflows."""
    values = prod(max(1, size) for size in shape.array)
    if values > LARGEST:
        raise ShapeError(
            f"{what} has {' x '.join(map(str, shape.array))} values for one example",
            at=at,
            note=f"{values:.0e} numbers are {values * 4 / 2**40:,.0f} TiB",
            hint="write smaller sizes",
        )


def _examples(node: Node, given: Sequence[int]) -> int:
    """Examples that come out for those that come in; vertices that join inputs need as many from each."""
    counted = getattr(node.thing, "rows", None)
    if counted:
        return int(counted(given))
    if len(set(given)) > 1:
        raise ShapeError(
            f"vertex `{node.name}` joins inputs with different numbers of examples",
            at=node.thing.mark("inputs"),
            note=", ".join(
                f"`{name}`: {Fraction(n, BATCH)} times the batch" for name, n in zip(node.inputs, given, strict=True)
            ),
            hint="`stack` adds up examples, `unstack` takes a part of them",
        )
    return given[0]


def build(config: NetworkConfig) -> Graph:
    """The graph of a configuration; raises `SpecError` or `ShapeError` at the place of the mistake."""
    if bool(config.layers) == bool(config.vertices):
        raise MissingKey(
            "`network` needs either `layers` (a chain) or `vertices` (a graph)",
            at=config.mark(),
            hint="a chain lists its layers in order; a graph gives each vertex its `inputs`",
        )
    graph = _chain(config) if config.chain else _graph(config)
    if all(shape is not None for shape in graph.shapes):
        return graph.fed([shape for shape in graph.shapes if shape is not None])
    for node in graph.nodes:
        if getattr(node.thing, "n_in", 1) is None:
            raise MissingKey(
                f"layer `{node.name}` needs `n_in`: the network does not say what it is fed",
                at=node.thing.mark(),
                hint="add `input:` to the network, for example `input: {type: feed_forward, size: 4}`",
            )
    return graph


def _inherited(config: NetworkConfig, thing: T) -> T:
    if config.defaults is None:
        return thing
    values = {name: getattr(config.defaults, name) for name in config.defaults.model_fields_set}
    if "weight_decay" in values and Compatibility(config.compatibility).has(25):
        values["regularization"] = (*config.defaults.regularization, *_decay_again(values["weight_decay"]))
    return _inheriting(thing, values)


def _inheriting(thing: T, values: dict[str, object]) -> T:
    inner = {name: getattr(thing, name) for name in getattr(thing, "wraps", ())}
    inside = {name: _inheriting(wrapped, values) for name, wrapped in inner.items()}
    return thing.inherit(values).but(**inside) if inside else thing.inherit(values)


def _decay_again(coefficient: object) -> tuple[object, ...]:
    from dl4py.regularization.base import REGULARIZATION

    return (REGULARIZATION.make("weight_decay", coeff=coefficient),)


def _chain(config: NetworkConfig) -> Graph:
    nodes = []
    before = "input"
    for i, thing in enumerate(config.layers):
        name = thing.name or f"layer{i}"
        if not isinstance(thing, Layer):
            raise InvalidValue(
                f"`{thing.type}` is a graph vertex, it cannot stand in a chain",
                at=thing.mark(),
                hint="write the network as a graph: `inputs`, `vertices`, `outputs`",
            )
        if thing.inputs and thing.inputs != (before,):
            raise InvalidValue(
                f"layer `{name}` of a chain takes the layer before it, found inputs {', '.join(thing.inputs)}",
                at=thing.mark("inputs"),
                hint="write the network as a graph: `inputs`, `vertices`, `outputs`",
            )
        layer = _inherited(config, thing).but(name=name)
        nodes.append(Node(name, layer, (before,), layer.preprocessor))
        before = name
    _unique(nodes, [])
    first = nodes[0].layer
    assert first is not None
    shape = config.input.shape() if config.input else first.expected()
    if config.inputs:
        raise InvalidValue("a chain has one `input`", at=config.mark("inputs"), hint="write `input:` with one shape")
    return Graph(config, ("input",), (shape,), tuple(nodes), (before,), tuple(n.name for n in nodes))


def _graph(config: NetworkConfig) -> Graph:
    inputs = tuple(name for name, _ in config.inputs)
    if not inputs:
        raise MissingKey(
            "a graph needs `inputs`",
            at=config.mark(),
            hint="for example `inputs: {in: {type: feed_forward, size: 4}}`",
        )
    nodes: list[Node] = []
    before = inputs[:1]
    for i, thing in enumerate(config.vertices):
        name = thing.name or f"layer{i}"
        sources = thing.inputs or before
        thing = _inherited(config, thing)
        node = Node(name, thing.but(name=name), sources, thing.preprocessor if isinstance(thing, Layer) else None)
        if node.layer and len(sources) > 1:  # DL4J joins several inputs of a layer by a merge of its own
            nodes += [
                replace(node, inputs=(f"{name}-merge",)),
                Node(f"{name}-merge", _merge(name, sources), sources),
            ]
        else:
            nodes.append(node)
        before = (name,)
    _unique(nodes, list(inputs))
    _known(nodes, list(inputs))
    outputs = config.outputs or before
    for name in outputs:
        if name not in {node.name for node in nodes}:
            raise InvalidValue(f"the output `{name}` is no vertex", at=config.mark("outputs"))
    ordered = _ordered(config, inputs, nodes)
    shapes = tuple(shape.shape() if shape else None for _, shape in config.inputs)
    return Graph(config, inputs, shapes, tuple(ordered), outputs, tuple(n.name for n in nodes))


def _merge(name: str, sources: tuple[str, ...]) -> Vertex:
    from dl4py.vertices.base import VERTICES

    return VERTICES.get("merge")(name=f"{name}-merge", inputs=sources)


def _unique(nodes: Sequence[Node], inputs: list[str]) -> None:
    seen = set(inputs)
    for node in nodes:
        if node.name in seen:
            raise InvalidValue(
                f"two vertices are called `{node.name}`",
                at=node.thing.mark("name"),
                hint="give each its own name",
            )
        seen.add(node.name)


def _known(nodes: Sequence[Node], inputs: list[str]) -> None:
    names = [*inputs, *(node.name for node in nodes)]
    mistakes: list[SpecError] = []
    for node in nodes:
        for source in node.inputs:
            if source not in names:
                near = get_close_matches(source, names, n=1)
                mistakes.append(
                    InvalidValue(
                        f"`{node.name}` takes its input from `{source}`, which is no vertex",
                        at=node.thing.mark("inputs"),
                        hint=f"did you mean `{near[0]}`?" if near else f"vertices: {', '.join(names)}",
                    )
                )
    if mistakes:
        raise SpecError.all(mistakes)


def _ordered(config: NetworkConfig, inputs: tuple[str, ...], nodes: Sequence[Node]) -> list[Node]:
    by_name: Mapping[str, Node] = {node.name: node for node in nodes}
    if config.topological_order:
        return [by_name[name] for name in config.topological_order if name in by_name]
    order, stuck = topological(inputs, {node.name: node.inputs for node in nodes})
    if stuck:
        raise InvalidValue(
            f"the vertices {', '.join(f'`{name}`' for name in stuck)} wait for each other",
            at=by_name[stuck[0]].thing.mark("inputs"),
            hint="a graph must lead from its inputs to its outputs without a cycle",
        )
    return [by_name[name] for name in order if name in by_name]


def _fed(node: Node, given: tuple[Shape, ...], sources: Mapping[str, Shape]) -> Node:
    try:
        return _fitted(node, given, sources)
    except DL4PyError as error:
        error.at = error.at or node.thing.mark()
        raise


def _fitted(node: Node, given: tuple[Shape, ...], sources: Mapping[str, Shape]) -> Node:
    if isinstance(node.thing, Vertex):
        vertex = node.thing.given(given)
        return replace(node, thing=vertex, given=given, shape=vertex.shape_among(given, sources))
    layer = node.thing
    shape = given[0]
    preprocessor = node.preprocessor or layer.wanted(shape)
    inside = preprocessor.output_shape(shape) if preprocessor else shape
    layer = layer.given(inside)
    return replace(node, thing=layer, given=given, preprocessor=preprocessor, shape=layer.output_shape(inside))


def scored_outputs(graph: Graph) -> tuple[Node, ...]:
    """The outputs with a loss, in order; raises `ShapeError` where an output has none."""
    nodes: list[Node] = []
    for name in graph.outputs:
        node = graph.node(name)
        if not isinstance(node.thing, ScoredPart):
            raise ShapeError(
                f"the output `{name}` has no loss, so the network cannot be trained or scored",
                at=node.thing.mark(),
                hint="end it with a layer of type `output` or `loss`",
            )
        nodes.append(node)
    return tuple(nodes)
