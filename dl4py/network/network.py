"""`Network`: parameters, and one step after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np

from dl4py.errors import ShapeError
from dl4py.network.config import NetworkConfig
from dl4py.network.era import order_of
from dl4py.network.feed import as_list, check_asked
from dl4py.network.graph import Graph, build
from dl4py.network.memory import vector
from dl4py.network.parameters import Parameters, Slot, lay_out
from dl4py.network.plans import Batch, Plans, given
from dl4py.network.quirks import step_of, vertices_alone
from dl4py.plan import Plan
from dl4py.schedules.base import rate_at
from dl4py.shapes import Recurrent, Shape

Arrays = np.ndarray | Sequence[np.ndarray]
Masks = np.ndarray | Sequence[np.ndarray | None] | None


class Network:
    """A network with its parameters.

    Vectors of parameters and updater state that are handed in become the network's own.

    Arrays have DL4J's shapes: `[batch, n]`, `[batch, channels, height, width]`, `[batch, features, time]`. Several
    inputs or outputs are lists in the order of the network's inputs and outputs, masks likewise.
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
        self.images: Any = None  # how image files become features
        self.data: Any = None  # the other sections of the spec that the network was loaded from
        self.training: Any = None
        kind, mapped = config.precision, config.mmap
        self._memory = {
            "params": self.parameters.first_values(self.graph) if params is None else params,
            "gradient": vector(self.parameters.size, kind, mapped=mapped),
            "state": self.parameters.first_state(self.graph) if state is None else state,
            "clock": np.zeros(2),
            "score": np.zeros(2),
            "arena": np.zeros(0, np.uint8),
        }
        for name, size in (("params", self.parameters.size), ("state", self.parameters.state_size)):
            self._memory[name] = _vector(self._memory[name], size, name, kind)
        self.plans = Plans(self.graph, self.parameters, self._memory)
        self._pretrainings: dict[str, Any] = {}
        self.history: Any = None  # what a solver remembers between iterations
        self.scores: list[float] = []  # of the last `fit`, one for each iteration
        self.watch: Callable[[Plan], None] = Plan.run  # a profile looks at the calls of steps

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

    @property
    def step(self) -> np.ndarray:
        """What the last gradient, or the updater's last step, was; a vector in DL4J's order."""
        return self._memory["gradient"]

    @property
    def loss(self) -> float:
        """The loss of the last run, summed over its examples, without penalties."""
        return float(self._memory["score"][0])

    def output(self, *x: Arrays, mask: Masks = None, label_mask: Masks = None) -> Any:
        """What the network answers to a batch: one array, or a list for several outputs.

        Where `label_mask` is 0 the answer is 0, as in DL4J.
        """
        y = self._answers("output", x, mask)
        arrays = y if isinstance(y, list) else [y]
        for name, array, hidden in zip(self.graph.outputs, arrays, _listed(label_mask), strict=False):
            if hidden is not None:
                array *= _over_features(hidden, array, self.graph.node(name).shape)
        return y

    def activations(self, *x: Arrays, mask: Masks = None) -> dict[str, np.ndarray]:
        """The output of every vertex by name."""
        batch = _batch(as_list(x), mask)
        bound = self.plans.ready("all", batch)
        bound.fill(given(batch))
        bound.plan.run()
        return {node.name: bound.answer(node.name) for node in self.graph.nodes}

    def predict(self, *x: Arrays, mask: Masks = None) -> np.ndarray:
        """The class of each example: the output with the largest value; 0 or 1 for a single output.

        For sequences and images, of each step and each pixel.
        """
        y = self.output(*x, mask=mask)
        y = y[0] if isinstance(y, list) else y
        return (y[:, 0] >= 0.5).astype(np.int64) if y.shape[1] == 1 else y.argmax(axis=1)

    def rnn_time_step(self, *x: Arrays, mask: Masks = None) -> Any:
        """The output for the next steps of sequences, going on from the state after the steps before.

        Takes `[batch, size]` (one step) or `[batch, size, time]` and answers in kind.
        """
        arrays = as_list(x)
        single = all(a.ndim == 2 for a in arrays)
        if single:
            arrays = [_one_step(a, shape) for a, shape in zip(arrays, self.graph.shapes, strict=True)]
        y = self._answers("steps:output", arrays, mask)
        if not single:
            return y
        return [_last(a) for a in y] if isinstance(y, list) else _last(y)

    def rnn_clear_previous_state(self) -> None:
        """`rnn_time_step` starts a new sequence."""
        self.plans.forget_state("steps")

    def score(
        self, x: Arrays, y: Arrays, mask: Masks = None, label_mask: Masks = None, *, training: bool = True
    ) -> float:
        """The score of a batch: loss over examples divided by their number, plus penalties.

        With `training` dropout is on and batch normalization uses the batch, as in the step that `fit` makes.
        """
        return self.run("score" if training else "judge", _batch(as_list((x,)), mask, as_list((y,)), label_mask))

    def gradient(self, x: Arrays, y: Arrays, mask: Masks = None, label_mask: Masks = None) -> np.ndarray:
        """The gradient of the loss, summed over examples, without penalties, in DL4J's order."""
        self.run("gradient", _batch(as_list((x,)), mask, as_list((y,)), label_mask))
        return self._memory["gradient"].copy()

    def fit(self, x: Arrays, y: Arrays, mask: Masks = None, label_mask: Masks = None) -> float:
        """One iteration on one batch; returns the score before the step.

        With `backprop_type: truncated_bptt` one iteration on each segment of the sequences; returns the last score.
        """
        self.scores = [iteration() for iteration in self.iterations(x, y, mask, label_mask)]
        return self.scores[-1]

    def iterations(
        self, x: Arrays, y: Arrays, mask: Masks = None, label_mask: Masks = None, *, mode: str = "fit"
    ) -> Iterator[Callable[[], float]]:
        """The iterations that `fit` makes of one batch, one after another: calls that give the score before the step.

        With the mode ``gradient`` nothing moves, and `step` is the gradient of the loss, summed over examples.
        """
        batch = _batch(as_list((x,)), mask, as_list((y,)), label_mask)
        if self._untrained:
            return iter([float])  # DL4J trains nothing, and the score is 0
        if self.config.backprop_type != "standard" and any(a.ndim == 3 for a in batch[0]):
            from dl4py.network.truncated import segments

            return segments(self, batch, mode)
        if self.config.optimization_algo != "stochastic_gradient_descent":
            from dl4py.network.line_search import History, search

            self.history = self.history or History()
            return iter([partial(search, self, batch)])
        return iter([partial(self._iteration, batch, mode)])

    @cached_property
    def _untrained(self) -> bool:
        return self.graph.compatibility.has(62) and vertices_alone(self.graph)

    def _iteration(self, batch: Batch, mode: str) -> float:
        score = self.run(mode, batch)
        self.iteration += 1
        return score

    def pretrain_layer(self, layer: int | str, *x: Arrays) -> float:
        """One step of layerwise pretraining on a batch of features; returns the score before it.

        The layer, by number or name, learns to reconstruct what the layers below it make of the features.
        """
        name = layer if isinstance(layer, str) else self.graph.nodes[layer].name
        if name not in self._pretrainings:
            from dl4py.network.pretraining import Pretraining

            self._pretrainings[name] = Pretraining(self, name)
        return float(self._pretrainings[name].fit(as_list(x)))

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

    def plan(self, batch: int, mode: str = "fit", *, time: int = 1) -> Plan:
        """The plan of one batch size, bound: ``fit``, ``gradient``, ``score`` or ``output``; `time` steps where
        sequences vary.
        """
        mode, batch_of = step_of(self.graph, mode, batch, time)
        return self.plans.ready(mode, batch_of).plan

    def vector_bytes(self, mode: str = "fit") -> dict[str, int]:
        """Bytes of the vectors that live as long as the network; a plan that does not train needs the parameters."""
        names = {"params": "parameters", "gradient": "gradient", "state": "updater state"}
        needed = {"output": 1, "score": 1, "gradient": 2}.get(mode, 3)
        return {said: self._memory[name].nbytes for name, said in list(names.items())[:needed]}

    def run(self, mode: str, batch: Batch) -> float:
        """Runs the plan of a mode on a batch and gives its score; counts nothing."""
        bound = self.plans.ready(mode, batch)
        memory = self._memory
        memory["score"][:] = 0.0
        clock = memory["clock"]
        clock[0], clock[1] = self.iteration, self.epoch
        for i, rate in self.plans.rates:
            clock[i] = rate_at(rate, self.iteration, self.epoch, self.graph.compatibility)
        bound.fill(given(batch))
        self.watch(bound.plan)
        loss, penalties = map(float, memory["score"])
        share = batch[0][0].shape[0] if self.config.mini_batch else 1
        order = order_of(self.config.era, self.config.compatibility)
        return (loss + penalties) / share if order.shares_penalties else loss / share + penalties

    def _answers(self, mode: str, x: Sequence[Any], mask: Masks) -> Any:
        batch = _batch(as_list(x), mask)
        check_asked(self.graph, batch[0])
        bound = self.plans.ready(mode, batch)
        bound.fill(given(batch))
        bound.plan.run()
        outputs = [bound.answer(name) for name in self.graph.outputs]
        return outputs[0] if len(outputs) == 1 else outputs


def _batch(x: list[np.ndarray], mask: Masks, y: list[np.ndarray] | None = None, label_mask: Masks = None) -> Batch:
    return x, y or [], _listed(mask), _listed(label_mask)


def _listed(value: Masks) -> Sequence[np.ndarray | None]:
    if value is None:
        return ()
    masks = [None if m is None else np.asarray(m) for m in (value if isinstance(value, list | tuple) else [value])]
    return masks if any(m is not None for m in masks) else ()


def _vector(values: np.ndarray, size: int, name: str, kind: str) -> np.ndarray:
    if values.size != size:
        what = {"params": "parameters", "state": "updater state"}[name]
        raise ShapeError(f"the network has {size} values of {what}, found {values.size}")
    return np.ascontiguousarray(values.reshape(-1)).astype(kind, copy=not values.flags.writeable)


def _over_features(mask: np.ndarray, y: np.ndarray, shape: Shape | None) -> np.ndarray:
    if mask.ndim == y.ndim:
        return mask
    nwc = isinstance(shape, Recurrent) and shape.format == "NWC"
    return np.expand_dims(mask, y.ndim - 1 if nwc else 1)


def _one_step(x: np.ndarray, shape: Shape | None) -> np.ndarray:
    return x[:, None, :] if isinstance(shape, Recurrent) and shape.format == "NWC" else x[:, :, None]


def _last(y: np.ndarray) -> np.ndarray:
    return y[:, :, -1] if y.ndim == 3 else y
