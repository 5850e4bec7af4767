"""From gradients to new parameters: the order of one DL4J iteration.

Average over the batch, normalize or clip per layer, penalties before the updater, updater, penalties after it,
subtract, constrain. Older eras have another order (`era.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from dl4py import kernels as k
from dl4py.layers.base import Layer, UpdatedKeys
from dl4py.network.era import order_of
from dl4py.network.gradient_normalization import emit_normalization
from dl4py.network.graph import Graph, Node
from dl4py.network.parameters import Parameters, Slot
from dl4py.plan import Array, Emitter
from dl4py.regularization import Regularization
from dl4py.regularization.base import REGULARIZATION


def emit_update(graph: Graph, parameters: Parameters, e: Emitter) -> None:
    """Records one update of all parameters."""
    emit_direction(graph, parameters, e)
    step = k.rows.subtract if graph.config.minimize else k.rows.add
    for run in _runs(_live(parameters.slots), lambda slot: True):
        e(step, _span(run, "params"), _span(run, "gradient"))
    emit_constraints(parameters, e)


def emit_direction(graph: Graph, parameters: Parameters, e: Emitter) -> None:
    """Records what turns the gradient into the step to subtract, in the order of the network's era."""
    live = _live(parameters.updated)
    order = order_of(graph.config.era, graph.config.compatibility)
    share = 1.0 / e.batch if graph.config.mini_batch else 1.0
    if not order.averages_last:
        _scale(live, e, share)
    for node in graph.nodes:
        slots = [slot for slot in parameters.of(node) if not slot.param.frozen]
        if slots and node.trained and node.name not in e.stale and not _unreached(e, node):
            emit_normalization(e, node.trained, slots)
    if not order.penalties_last:
        _emit_penalties(live, e, lambda penalty: penalty.before_updater)
    for block in parameters.blocks:
        if not block.slots[0].param.frozen:
            with e.named("update"):
                block.updater.emit(e, block.flat("gradient"), block.state())
    if order.shares_penalties and not order.averages_last:
        _scale(live, e, 1.0 / share)
    _emit_penalties(live, e, lambda penalty: order.penalties_last or not penalty.before_updater)
    if order.shares_penalties:
        _scale(live, e, share)


def _unreached(e: Emitter, node: Node) -> bool:
    """Whether DL4J cannot normalize the gradient as it should: it does not know where in memory a vertex has it."""
    mode = node.trained.gradient_normalization if node.trained else "none"
    if isinstance(node.thing, Layer) or mode == "none" or mode.endswith("per_param_type"):
        return False
    with e.named(node.name):
        return e.quirk(61)


def emit_constraints(parameters: Parameters, e: Emitter) -> None:
    """Records the projections of all parameters."""
    for slot in _live(parameters.slots):
        if not slot.param.drifts:
            _emit_constraints(slot, e)


def _live(slots: Iterable[Slot]) -> list[Slot]:
    return [slot for slot in slots if not slot.param.frozen]


def emit_penalty_scores(parameters: Parameters, e: Emitter, score: Array) -> None:
    """Records the penalties' part of the score."""
    for slot in parameters.slots:
        trained = slot.node.trained
        hidden = trained is not None and not trained.penalties_scored and e.quirk(40)
        if slot.param.frozen or slot.param.drifts or hidden:
            continue
        with e.named(slot.node.name):
            for penalty in penalties(slot):
                penalty.emit_score(e, slot.flat("params"), score)


def penalties(slot: Slot) -> list[Regularization]:
    """The penalties of a parameter; statistics and pretraining parameters have none."""
    trained = slot.node.trained
    if trained is None or slot.param.role == "statistic" or slot.param.pretrain or slot.param.unpenalized:
        return []
    return layer_penalties(trained, bias=slot.param.role == "bias")


def layer_penalties(keys: UpdatedKeys, *, bias: bool) -> list[Regularization]:
    """The penalties of a layer's weights or biases: short keys first, then the lists."""
    make = REGULARIZATION.make
    found: list[Regularization] = []
    l1, l2, decay = (
        (keys.l1_bias, keys.l2_bias, keys.weight_decay_bias) if bias else (keys.l1, keys.l2, keys.weight_decay)
    )
    if l1:
        found.append(make("l1", l1=l1))
    if l2:
        found.append(make("l2", l2=l2))
    if decay:
        found.append(make("weight_decay", coeff=decay))
    return [*found, *(keys.regularization_bias if bias else keys.regularization)]


def _scale(slots: Sequence[Slot], e: Emitter, factor: float) -> None:
    """Multiplies gradients or steps; statistics are no gradients, but DL4J takes some for them (quirk 12)."""
    if factor != 1.0:
        for run in _runs(slots, lambda s: s.param.role != "statistic" or (s.param.averaged and e.quirk(12))):
            e(k.rows.scale, _span(run, "gradient"), factor)


def _emit_penalties(slots: Sequence[Slot], e: Emitter, due: Callable[[Regularization], bool]) -> None:
    for slot in slots:
        if slot.param.drifts and not e.quirk(26):
            continue
        for penalty in penalties(slot):
            if due(penalty):
                from dl4py.network.parameters import updater_of

                with e.named(slot.node.name):
                    penalty.emit(e, slot.flat("gradient"), slot.flat("params"), updater_of(slot).rate())


def _emit_constraints(slot: Slot, e: Emitter) -> None:
    layer = slot.node.layer
    constraints = getattr(slot.node.trained, "constraints", None) or (layer.constraints if layer else None) or ()
    for constraint in constraints:
        if slot.param.role != "statistic" and _meant(constraint.params or (), slot):
            with e.named(slot.node.name):
                for _ in range(2 if e.quirk(22) else 1):
                    constraint.emit(e, slot.flat("params").ordered(slot.param.shape, slot.param.order))


def _meant(names: Iterable[str], slot: Slot) -> bool:
    kinds = {"weight": {"weights", "all"}, "bias": {"biases", "all"}}[slot.param.role]
    return bool(kinds & set(names)) or slot.param.name in names


def _runs(slots: Sequence[Slot], wanted: Callable[[Slot], bool]) -> list[list[Slot]]:
    """Neighbouring slots that are wanted, so that one call serves them all."""
    runs: list[list[Slot]] = []
    for keep, group in groupby(slots, wanted):
        if keep:
            for slot in group:
                if runs and runs[-1][-1].stop == slot.offset:
                    runs[-1].append(slot)
                else:
                    runs.append([slot])
    return runs


def _span(run: Sequence[Slot], space: str) -> Array:
    size = run[-1].stop - run[0].offset
    return Array((size,), space=space, offset=run[0].offset, name=f"{run[0].node.name}..{run[-1].node.name}")
