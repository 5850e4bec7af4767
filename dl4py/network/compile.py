"""From graph to calls: forward, score, backward."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial

from dl4py import kernels as k
from dl4py.layers import Layer
from dl4py.layers.base import ScoredPart
from dl4py.network.graph import Graph, Node, scored_outputs
from dl4py.network.parameters import Parameters
from dl4py.plan import Array, Emitter, Params
from dl4py.vertices import Vertex

Inward = Callable[[Array | None], Sequence[Array | None]]


@dataclass
class Pass:
    """One pass through a graph: its emitter, input, label and mask symbols, and the arrays of all vertices."""

    e: Emitter
    features: tuple[Array, ...]
    masks: tuple[Array | None, ...]
    labels: tuple[Array, ...] = ()
    label_masks: tuple[Array | None, ...] = ()
    values: dict[str, Array] = field(default_factory=dict)
    flowing: dict[str, Array | None] = field(default_factory=dict)  # the mask of every vertex's output
    inward: dict[str, Inward] = field(default_factory=dict)


def emit_forward(graph: Graph, parameters: Parameters, run: Pass, *, scored: bool = False) -> None:
    """Records the forward pass; with `scored` the outputs' losses too, and every backward is kept."""
    run.values.update(zip(graph.inputs, run.features, strict=True))
    run.flowing.update(zip(graph.inputs, run.masks, strict=True))
    run.e.sources = {name: (run.values[name], run.flowing[name]) for name in graph.inputs}
    losses = {node.name: i for i, node in enumerate(scored_outputs(graph))} if scored else {}
    for node in graph.nodes:
        masks = tuple(run.flowing[name] for name in node.inputs)
        with run.e.named(node.name), run.e.inside(node.given, masks):
            xs = [run.values[name] for name in node.inputs]
            layer = node.layer
            if layer is None:
                y, inward, mask = _vertex(run.e, node, xs, parameters.arrays(node))
            else:
                i = losses.get(node.name)
                target = None if i is None else (run.labels[i], run.label_masks[i])
                y, inward, mask = _layer(run.e, node, layer, xs[0], parameters.arrays(node), target)
        run.values[node.name] = y
        run.flowing[node.name] = mask
        run.inward[node.name] = inward


def emit_backward(graph: Graph, parameters: Parameters, run: Pass) -> None:
    """Records the backward pass from the outputs' losses to the gradients of all parameters."""
    wanted: dict[str, Array | None] = dict.fromkeys(graph.outputs)
    reached = set()
    for node in reversed(graph.nodes):
        if node.name not in wanted:
            continue
        reached.add(node.name)
        with run.e.named(node.name):
            gradients = run.inward[node.name](wanted[node.name])
            for name, gradient in zip(node.inputs, gradients, strict=True):
                if gradient is None or not run.values[name].needs_gradient:
                    continue
                other = wanted.get(name)
                if other is None:
                    wanted[name] = gradient
                else:
                    run.e(k.rows.add, other.flat, gradient.flat)
    _clear_unreached(graph, parameters, run.e, reached)


def _clear_unreached(graph: Graph, parameters: Parameters, e: Emitter, reached: set[str]) -> None:
    """Parameters that no gradient reaches get 0; DL4J leaves their previous update there (quirk 27)."""
    written = {id(array.root): True for call in e.calls for array in call.arrays if array.root.space == "gradient"}
    seen = {
        (array.root.offset, array.root.size) for call in e.calls for array in call.arrays if id(array.root) in written
    }
    for slot in parameters.slots:
        stale = slot.node.name not in reached and not slot.param.frozen and e.quirk(27)
        if stale:
            e.stale.add(slot.node.name)
        if (slot.offset, slot.param.size) not in seen and not stale:
            e(k.rows.fill, slot.flat("gradient"), 0.0)


def _vertex(e: Emitter, node: Node, xs: list[Array], p: Params) -> tuple[Array, Inward, Array | None]:
    assert isinstance(node.thing, Vertex)
    y, backward = node.thing.emit_with(e, xs, p)
    y.needs_gradient = bool(p) or any(x.needs_gradient for x in xs)

    def inward(dy: Array | None) -> Sequence[Array | None]:
        return backward(dy) if dy is not None and y.needs_gradient else [None] * len(xs)

    return y, inward, node.thing.output_mask(e, e.masks)


def _layer(
    e: Emitter, node: Node, layer: Layer, x: Array, p: Params, target: tuple[Array, Array | None] | None
) -> tuple[Array, Inward, Array | None]:
    below = x.needs_gradient
    backs: list[Callable[[Array], Array | None]] = []
    if node.preprocessor:
        x, back = node.preprocessor.emit(e, x)
        x.needs_gradient = below
        backs.append(back)
        e.masks = (node.preprocessor.output_mask(e, e.mask),)
        e.given = (node.preprocessor.output_shape(e.given[0]),)
    dropout = None if any(getattr(layer, name).dropout for name in layer.wraps) else layer.dropout
    if dropout and e.training and not layer.frozen:
        x, back = dropout.emit(e, x)
        x.needs_gradient = below
        backs.append(back)
    p, cleaners = _with_noise(e, node, layer, p)
    if target is not None and isinstance(layer, ScoredPart):
        with _sharing(e, layer):
            y, backward = layer.emit_scored(e, x, p, target[0], _label_mask(e, *target))
    elif layer.frozen:
        with e.inference():
            y, backward = layer.emit(e, x, p)
    else:
        y, backward = layer.emit(e, x, p)
    masked = e.mask if layer.masks_rows and target is None else None
    if masked is not None:
        bare, y = y, e.like(y, "masked")  # the backward of an activation may need it as it was
        e(k.recurrent.masked, bare, masked, y)
    y.needs_gradient = not layer.frozen and (below or bool(p))
    mask = layer.output_mask(e, e.mask)

    def inward(dy: Array | None) -> Sequence[Array | None]:
        if layer.frozen or (dy is None and target is None):
            return [None]
        if masked is not None and dy is not None:
            e(k.rows.mask_rows, dy, masked)
        dx = backward(dy)  # type: ignore[arg-type]
        for clean in cleaners:
            clean()
        for back in reversed(backs):
            if dx is None or not below:
                return [None]
            dx = back(dx)
        return [dx if below else None]

    return y, inward, mask


@contextmanager
def _sharing(e: Emitter, layer: Layer) -> Iterator[None]:
    """Where the batch size divides no scores, those inside, which DL4J divides all the same (quirk 51)."""
    if e.mini_batch or layer.type in ("output", "rnn_output") or not e.quirk(51):
        yield
        return
    score = e.array(1, precision="float64", name="score")
    e(k.rows.fill, score, 0.0)
    with e.scoring(score):
        yield
    e(k.rows.scale, score, 1.0 / e.batch)
    e(k.rows.add, e.score, score)


def _label_mask(e: Emitter, labels: Array, mask: Array | None) -> Array | None:
    """The label mask; the mask of the input where there is none, but for DL4J (quirk 17)."""
    if mask is not None or e.mask is None or e.quirk(17):
        return mask
    wide = e.mask if len(e.mask.shape) == len(labels.shape) else e.mask.reshape(*e.mask.shape, 1)
    return wide if wide.shape[:-1] == labels.shape[:-1] else None


def _with_noise(e: Emitter, node: Node, layer: Layer, p: Params) -> tuple[Params, list[Callable[[], None]]]:
    """Noisy parameters, and what makes gradients of the noisy ones gradients of the clean ones."""
    noise = getattr(node.trained, "weight_noise", None)
    if noise is None:
        return p, []
    noisy = Params(p)
    cleaners: list[Callable[[], None]] = []
    for param in node.params:
        if param.role == "statistic":
            continue
        clean = p[param.name].flat
        with e.inference() if layer.frozen else nullcontext():
            flat, clean_gradient = noise.emit(e, clean, param.role)
        if flat is clean:
            continue
        noisy[param.name] = flat.ordered(param.shape, param.order)
        noisy[param.name].gradient = p[param.name].gradient
        if clean_gradient and not param.drifts:
            cleaners.append(partial(clean_gradient, p[param.name].gradient.flat))
    return noisy, cleaners
