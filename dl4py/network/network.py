"""`Network`: parameters, plans by batch shape, and one step after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py.errors import ShapeError
from dl4py.network.compile import Pass, emit_backward, emit_forward
from dl4py.network.config import NetworkConfig
from dl4py.network.feed import as_list, check_labels, input_shapes
from dl4py.network.graph import Graph, build, scored_outputs
from dl4py.network.parameters import Parameters, Slot, lay_out
from dl4py.network.update import emit_penalty_scores, emit_update
from dl4py.plan import Array, Emitter, Plan
from dl4py.schedules.base import rate_at

Arrays = np.ndarray | Sequence[np.ndarray]
Masks = np.ndarray | Sequence[np.ndarray | None] | None


@dataclass
class Bound:
    """A plan with the buffers that a step fills and reads."""

    plan: Plan
    run: Pass
    version: int = -1
    features: tuple[np.ndarray, ...] = ()
    labels: tuple[np.ndarray, ...] = ()
    masks: tuple[np.ndarray | None, ...] = ()


class Network:
    """A network with its parameters.

    Arrays have DL4J's shapes: `[batch, n]`, `[batch, channels, height, width]`, `[batch, features, time]`.
    Several inputs
    or outputs are lists in the order of the network's inputs and outputs, masks likewise.
    """

    def __init__(
        self, config: NetworkConfig, *, params: np.ndarray | None = None, state: np.ndarray | None = None
    ) -> None:
        self.config = config
        self.graph: Graph = build(config)
        self.parameters: Parameters = lay_out(self.graph)
        self.iteration = config.iteration_count
        self.epoch = config.epoch_count
        self.normalizer: Any = None
        self.labels: list[str] = []
        self.data: Any = None  # the other sections of the spec that the network was loaded from
        self.training: Any = None
        kind = config.precision
        first = self.parameters.first_values(self.graph) if params is None else params
        self._memory = {
            "params": _vector(first, self.parameters.size, "parameters", kind),
            "gradient": np.zeros(self.parameters.size, kind),
            "state": _vector(
                self.parameters.first_state() if state is None else state,
                self.parameters.state_size,
                "updater state",
                kind,
            ),
            "clock": np.zeros(2),
            "score": np.zeros(2),
            "arena": np.zeros(0, np.uint8),
        }
        self._rates: list[Any] = []
        self._version = 0
        self._plans: dict[Any, Bound] = {}

    @property
    def network(self) -> NetworkConfig:
        """The configuration, under the name it has in a spec."""
        return self.config

    @property
    def params(self) -> np.ndarray:
        """All parameters, a writable vector in DL4J's order."""
        return self._memory["params"]

    @property
    def updater_state(self) -> np.ndarray:
        """All updater state, a writable vector in DL4J's order."""
        return self._memory["state"]

    def output(self, *x: Arrays, mask: Masks = None) -> Any:
        """What the network answers to a batch: one array, or a list for several outputs."""
        bound = self._inference(as_list(x), mask)
        outputs = [bound.plan.numbers(bound.run.values[name]).copy() for name in self.graph.outputs]
        return outputs[0] if len(outputs) == 1 else outputs

    def activations(self, *x: Arrays, mask: Masks = None) -> dict[str, np.ndarray]:
        """The output of every vertex by name."""
        bound = self._inference(as_list(x), mask, keep=True)
        return {node.name: bound.plan.numbers(bound.run.values[node.name]).copy() for node in self.graph.nodes}

    def predict(self, *x: Arrays, mask: Masks = None) -> np.ndarray:
        """The class of each example: the output with the largest value; 0 or 1 for a single output."""
        y = self.output(*x, mask=mask)
        y = y[0] if isinstance(y, list) else y
        return (y[:, 0] >= 0.5).astype(np.int64) if y.shape[1] == 1 else y.argmax(axis=1)

    def score(
        self, x: Arrays, y: Arrays, mask: Masks = None, label_mask: Masks = None, *, training: bool = True
    ) -> float:
        """The score of a batch: loss over examples divided by their number, plus penalties.

        With `training` dropout is on and batch normalization uses the batch, as in the step that `fit` makes.
        """
        return self._scored("score" if training else "judge", x, y, mask, label_mask)

    def gradient(self, x: Arrays, y: Arrays, mask: Masks = None, label_mask: Masks = None) -> np.ndarray:
        """The gradient of the loss, summed over examples, without penalties, in DL4J's order."""
        self._scored("gradient", x, y, mask, label_mask)
        return self._memory["gradient"].copy()

    def fit(self, x: Arrays, y: Arrays, mask: Masks = None, label_mask: Masks = None) -> float:
        """One iteration on one batch; returns the score before the step."""
        score = self._scored("fit", x, y, mask, label_mask)
        self.iteration += 1
        return score

    def end_epoch(self) -> None:
        """Counts a finished epoch."""
        self.epoch += 1

    def summary(self, *, shapes: bool = False) -> str:
        """DL4J's table of layers and parameter counts; with `shapes`, columns for what goes in and comes out."""
        from dl4py.network.summary import summarize

        return summarize(self.graph, shapes=shapes)

    def parameter(self, slot: Slot) -> np.ndarray:
        """One parameter in its own shape, a view of the flat vector."""
        flat = self.params[slot.offset : slot.stop]
        return flat.reshape(slot.param.shape, order=slot.param.order.upper())  # type: ignore[call-overload]

    def save(self, path: Any) -> None:
        """Writes a DL4J zip."""
        from dl4py.formats.model import save

        save(self, path)

    def plan(self, batch: int, mode: str = "fit") -> Plan:
        """The plan of one batch size, bound: ``fit``, ``gradient``, ``score`` or ``output``."""
        graph = self.graph
        shapes = [shape for shape in graph.shapes if shape is not None]
        if len(shapes) != len(graph.inputs):
            raise ShapeError("the network does not say what it is fed", hint="add `input:` to the network")
        x = [np.zeros((batch, *shape.array), self.config.precision) for shape in shapes]
        if mode == "output":
            return self._inference(x, None).plan
        y = [np.zeros((batch, *node.thing.labels_shape(node.shape))) for node in scored_outputs(graph)]  # type: ignore[union-attr]
        return self._training(mode, x, y, [None] * len(y)).plan

    def _inference(self, x: list[np.ndarray], mask: Masks, *, keep: bool = False) -> Bound:
        _no_feature_mask(mask)
        x = self._checked(x)
        key = ("all" if keep else "output", tuple(a.shape for a in x))
        bound = self._plans.get(key) or self._compile_inference(key, x, keep)
        self._ready(bound)
        self._fill(bound.features, x)
        bound.plan.run()
        return bound

    def _scored(self, mode: str, x: Arrays, y: Arrays, mask: Masks, label_mask: Masks) -> float:
        _no_feature_mask(mask)
        features, labels = self._checked(as_list((x,))), as_list((y,))
        masks = [None] * len(labels) if label_mask is None else list(_listed(label_mask))
        bound = self._training(mode, features, labels, masks)
        memory = self._memory
        memory["score"][:] = 0.0
        clock = memory["clock"]
        clock[0], clock[1] = self.iteration, self.epoch
        for i, rate in self._rates:
            clock[i] = rate_at(rate, self.iteration, self.epoch, self.graph.compatibility)
        self._fill(bound.features, features)
        self._fill(bound.labels, labels)
        for place, mask_array in zip(bound.masks, masks, strict=False):
            if place is not None:
                np.copyto(place, np.asarray(mask_array).reshape(place.shape))
        bound.plan.run()
        loss = float(memory["score"][0])
        return (loss / features[0].shape[0] if self.config.mini_batch else loss) + float(memory["score"][1])

    def _training(
        self, mode: str, x: list[np.ndarray], y: list[np.ndarray], masks: Sequence[np.ndarray | None]
    ) -> Bound:
        key = (
            mode,
            *[a.shape for a in x],
            *[a.shape for a in y],
            *[None if m is None else np.shape(m) for m in masks],
        )
        bound = self._plans.get(key)
        if bound is None:
            bound = self._compile_training(key, mode, x, y, masks)
        self._ready(bound)
        return bound

    def _checked(self, x: list[np.ndarray]) -> list[np.ndarray]:
        if len(x) != len(self.graph.inputs):
            raise ShapeError(f"the network has {len(self.graph.inputs)} inputs, found {len(x)} arrays")
        return x

    def _fill(self, buffers: tuple[np.ndarray, ...], arrays: Sequence[np.ndarray]) -> None:
        for buffer, array in zip(buffers, arrays, strict=True):
            np.copyto(buffer, array)

    def _emitter(self, batch: int, *, training: bool) -> Emitter:
        return Emitter(batch, training=training, seed=self.config.seed, compatibility=self.graph.compatibility)

    def _fed(self, x: list[np.ndarray]) -> Graph:
        return self.graph.fed(input_shapes(self.graph, x))

    def _compile_inference(self, key: Any, x: list[np.ndarray], keep: bool) -> Bound:
        graph = self._fed(x)
        e = self._emitter(x[0].shape[0], training=False)
        run = Pass(e, tuple(_input(a) for a in x))
        emit_forward(graph, self.parameters, run)
        for name in [node.name for node in graph.nodes] if keep else graph.outputs:
            run.values[name].root.kept = True
        share = self.config.inference_workspace_mode != "none"
        return self._keep(key, Bound(Plan(e.calls, self.config.precision, share=share), run), e)

    def _compile_training(
        self,
        key: Any,
        mode: str,
        x: list[np.ndarray],
        y: list[np.ndarray],
        masks: Sequence[np.ndarray | None],
    ) -> Bound:
        graph = self._fed(x)
        check_labels(graph, x, y, masks)
        e = self._emitter(x[0].shape[0], training=mode != "judge")
        run = Pass(
            e,
            tuple(_input(a) for a in x),
            tuple(_input(a) for a in y),
            tuple(None if m is None else _mask(m, a) for m, a in zip(masks, y, strict=True)),
        )
        emit_forward(graph, self.parameters, run, scored=True)
        emit_penalty_scores(
            self.parameters, e, Array((1,), space="score", precision="float64", offset=1, name="penalties")
        )
        if mode in ("gradient", "fit"):
            emit_backward(graph, self.parameters, run)
        if mode == "fit":
            emit_update(graph, self.parameters, e)
        share = self.config.training_workspace_mode != "none"
        return self._keep(key, Bound(Plan(e.calls, self.config.precision, share=share), run), e)

    def _keep(self, key: Any, bound: Bound, e: Emitter) -> Bound:
        """Remembers a plan and makes room for it: the clock holds the rates of every plan, in one numbering."""
        self._plans[key] = bound
        self._number_rates(e)
        if bound.plan.layout.total > self._memory["arena"].nbytes:
            self._memory["arena"] = _aligned(bound.plan.layout.total)
            self._version += 1
        return bound

    def _number_rates(self, e: Emitter) -> None:
        clock = self._memory["clock"]
        places = {}
        for i, rate in enumerate(e.rates):
            places[2 + i] = len(clock)
            clock = np.append(clock, rate if isinstance(rate, float) else 0.0)
            if not isinstance(rate, float):
                self._rates.append((len(clock) - 1, rate))
        for array in {id(a.root): a.root for call in e.calls for a in call.arrays}.values():
            if array.space == "clock" and array.offset >= 2:
                array.offset = places[array.offset]
        if e.rates:
            self._memory["clock"] = clock
            self._version += 1

    def _ready(self, bound: Bound) -> None:
        if bound.version == self._version:
            return
        bound.plan.bind(self._memory)
        numbers = bound.plan.numbers
        bound.features = tuple(numbers(a) for a in bound.run.features)
        bound.labels = tuple(numbers(a) for a in bound.run.labels)
        masks = tuple(None if m is None else numbers(m) for m in bound.run.label_masks)
        bound.masks = masks if any(m is not None for m in masks) else ()
        bound.version = self._version


def _vector(values: np.ndarray, size: int, what: str, kind: str) -> np.ndarray:
    if values.size != size:
        raise ShapeError(f"the network has {size} values of {what}, found {values.size}")
    return np.ascontiguousarray(values.reshape(-1)).astype(kind)


def _aligned(size: int) -> np.ndarray:
    raw = np.zeros(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size]


def _input(array: np.ndarray) -> Array:
    return Array(array.shape, space="input", name="input", needs_gradient=False)


def _mask(mask: np.ndarray, labels: np.ndarray) -> Array:
    shape = (labels.shape[0], 1) if np.size(mask) == labels.shape[0] else labels.shape
    return Array(shape, space="input", name="mask", needs_gradient=False)


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _no_feature_mask(mask: Masks) -> None:
    if mask is not None and any(m is not None for m in _listed(mask)):
        from dl4py.errors import UnsupportedFeature

        raise UnsupportedFeature("feature masks are for recurrent layers, which are not built yet")
