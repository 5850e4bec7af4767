"""What every member of a kind owes, asked in one place.

Gradients agree with central differences in double; single agrees with double; shared and own memory agree bit for bit;
round trips through YAML and DL4J's JSON give an equal thing; the same seed gives the same numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import scipy.stats

from dl4py.compatibility import Compatibility
from dl4py.formats.dl4j.json import from_json, to_json
from dl4py.formats.dl4j.text import print_json
from dl4py.kernels.move import copy_any, copy_flat
from dl4py.kernels.rows import fill
from dl4py.layers import Layer
from dl4py.layers.base import LossLayerPart, scored
from dl4py.network import Network, NetworkConfig
from dl4py.plan import Array, Emitter, Param, Params, Plan
from dl4py.spec import Source, Thing
from dl4py.spec.parse import parse
from dl4py.spec.thing import thing_of
from dl4py.spec.write import tree_of, write
from dl4py.vertices import Vertex

STEP = 1e-6
RELATIVE = 1e-3
FLOOR = 1e-8


def generator(seed: int = 0) -> np.random.Generator:
    """Numbers for tests."""
    return np.random.Generator(np.random.Philox(seed))


def run(
    record: Callable[..., Any],
    *inputs: np.ndarray,
    precision: str = "float64",
    share: bool = True,
    mode: str = "exact",
    training: bool = True,
    iteration: int = 0,
) -> list[np.ndarray]:
    """Records calls on arrays that hold `inputs` and runs them; gives the arrays `record` returns, then the score."""
    e = Emitter(len(inputs[0]), training=training, seed=7, compatibility=Compatibility(mode))
    arrays = [Array(x.shape, space="constant", value=x) for x in inputs]
    results = [a for a in record(e, *arrays) if a is not None]
    for array in results:
        array.root.kept = True
    plan = Plan(e.calls, precision, share=share)
    clock = [
        float(iteration),
        0.0,
        *[r if isinstance(r, float) else r.at(iteration, 0, e.compatibility) for r in e.rates],
    ]
    memory = {"arena": np.zeros(plan.layout.total, np.uint8), "score": np.zeros(1), "clock": np.array(clock)}
    plan.bind(memory)
    plan.run()
    return [plan.numbers(array).copy() for array in results] + [memory["score"].copy()]


def central(f: Callable[[np.ndarray], float], x: np.ndarray) -> np.ndarray:
    """The gradient of a number by central differences."""
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += STEP
        down[i] -= STEP
        gradient[i] = (f(up) - f(down)) / (2 * STEP)
    return gradient


def assert_close(ours: np.ndarray, truth: np.ndarray, relative: float = RELATIVE, floor: float = FLOOR) -> None:
    """Agreement to a relative error, with a floor for values near 0."""
    wrong = np.abs(ours - truth) > np.maximum(relative * np.maximum(np.abs(ours), np.abs(truth)), floor)
    assert not wrong.any(), (ours[wrong], truth[wrong])


def check_round_trip(thing: Thing) -> None:
    """YAML of a thing, read again, gives an equal thing with an equal hash."""
    base = next(cls for cls in type(thing).__mro__ if cls.__dict__.get("kind") is not None)
    text = write({"thing": tree_of(thing)})
    again = thing_of(base.kind, base, parse(Source("<text>", text))["thing"])
    assert again == thing
    assert hash(again) == hash(thing)


def check_json(thing: Thing, name: str, keys: str) -> None:
    """The JSON that DL4J prints for its class `name`, keys in DL4J's order, and back; the truth is DL4J's own print."""
    java = type(thing).java
    assert java is not None
    assert java.rsplit(".", 1)[-1] == name
    tag = "type" if ".distribution." in java else "@class"
    printed = json.loads(print_json(to_json(thing)), object_pairs_hook=list)
    assert printed == [(tag, java), *json.loads(keys, object_pairs_hook=list)]
    assert from_json({tag: java, **json.loads(keys)}, "here") == thing


def check_schedule(schedule: Any, formula: Callable[[int], float], mode: str = "exact") -> None:
    """`formula(i)` is the value after i iterations, or after i epochs where those are counted."""
    check_round_trip(schedule)
    compatibility = Compatibility(mode)
    by_epoch = schedule.but(schedule_type="epoch")
    assert formula(0) != formula(9)
    for i in range(30):
        truth = pytest.approx(formula(i), rel=1e-12)
        assert schedule.at(i, 99, compatibility) == truth
        assert by_epoch.at(1000 + i, i, compatibility) == truth


def check_initializer(initializer: Any, distribution: Any, param: Param, mode: str = "exact") -> None:
    """First values have the distribution (Kolmogorov and Smirnov, 1 percent), and the same seed gives them again."""
    check_round_trip(initializer)
    values = initializer.draw(generator(6), param, Compatibility(mode))
    assert values.shape == param.shape
    assert scipy.stats.kstest(values.ravel(), distribution.cdf).pvalue > 0.01
    assert np.array_equal(values, initializer.draw(generator(6), param, Compatibility(mode)))


def check_constraint(constraint: Any, w: np.ndarray, truth: np.ndarray, mode: str = "exact") -> None:
    """`truth` is what becomes of the parameter `w`, in column-major and row-major memory, in both precisions."""
    check_round_trip(constraint)
    for order in ("f", "c"):

        def record(e: Emitter, flat: Array, order: str = order) -> list[Array]:
            copy = e.like(flat)
            e(copy_flat, flat, copy)
            constraint.emit(e, copy.ordered(w.shape, order))
            return [copy]

        for precision, relative in (("float64", 1e-12), ("float32", 2e-6)):
            found = run(record, w.ravel(order=order.upper()), mode=mode, precision=precision)[0]
            assert_close(found.reshape(w.shape, order=order.upper()), truth, relative, relative)


FAR = np.array([[-3e38, -1e30, -1e12, -1e4, -100.0, 0.0, 100.0, 1e4, 1e12, 1e30, 3e38]])


def check_activation(
    activation: Any,
    formula: Callable[[np.ndarray], np.ndarray],
    z: np.ndarray | None = None,
    far: np.ndarray = FAR,
) -> None:
    """`formula` on rows of numbers is the truth; at pre-outputs `far` from 0 nothing overflows."""
    check_round_trip(activation)
    z = np.array([np.linspace(-6.03, 5.9, 11), np.linspace(-1.37, 1.52, 11)]) if z is None else z
    weights = generator().normal(size=z.shape)

    def record(e: Emitter, zs: Array, ws: Array) -> list[Array]:
        y, backward = activation.emit(e, zs)
        dy = e.like(ws)
        e(copy_flat, ws.flat, dy.flat)
        return [y, backward(dy)]

    y, dz, _ = run(record, z, weights)
    assert_close(y, formula(z), 1e-9, 1e-12)
    assert_close(dz, central(lambda v: float((weights * formula(v)).sum()), z), 1e-5, 1e-7)
    single = run(record, z, weights, precision="float32")
    assert_close(single[0], y, 2e-6, 1e-6)
    assert_close(single[1], dz, 2e-5, 2e-6)
    for a, b in zip(run(record, z, weights, share=False), run(record, z, weights), strict=True):
        assert np.array_equal(a, b)
    for mode in ("exact", "dl4j"):
        assert all(np.isfinite(a).all() for a in run(record, far, np.ones_like(far), precision="float32", mode=mode))


def slopes(activation: Any, z: np.ndarray, mode: str = "exact") -> np.ndarray:
    """The derivative at each pre-output."""

    def record(e: Emitter, zs: Array) -> list[Array]:
        _, backward = activation.emit(e, zs)
        ones = e.like(zs)
        e(fill, ones.flat, 1.0)
        return [backward(ones)]

    return run(record, z, mode=mode)[0]


def check_loss(
    loss: Any,
    y: np.ndarray,
    labels: np.ndarray,
    formula: Callable[[np.ndarray, np.ndarray], float],
    mode: str = "exact",
) -> None:
    """`formula(outputs, labels)` is the score of one row; the batch's is the sum over rows."""
    check_round_trip(loss)

    def record(e: Emitter, ys: Array, ls: Array, mask: Array | None = None) -> list[Array]:
        return [loss.emit(e, ys, ls, mask, e.score)]

    def truth(v: np.ndarray) -> float:
        return float(sum(formula(row, label) for row, label in zip(v, labels, strict=True)))

    dy, score = run(record, y, labels, mode=mode)
    assert_close(score, np.array([truth(y)]), 1e-9, 1e-12)
    assert_close(dy, central(truth, y), 1e-5, 1e-6)
    own = run(record, y, labels, mode=mode, share=False)
    assert np.array_equal(own[0], dy)
    assert np.array_equal(own[1], score)
    mask = np.ones((len(y), 1))
    mask[0] = 0.0
    unknown = labels.copy()
    unknown[0] = np.nan  # a mask covers labels that are missing
    dy_masked, score_masked = run(record, y, unknown, mask, mode=mode)
    assert_close(score_masked, np.array([truth(y) - formula(y[0], labels[0])]), 1e-9, 1e-12)
    assert not dy_masked[0].any()
    assert np.array_equal(dy_masked[1:], dy[1:])
    single = run(record, y, labels, precision="float32", mode=mode)
    assert_close(single[0], dy, 1e-4, 1e-5)
    assert_close(single[1], score, 1e-5, 1e-5)


def run_scored(
    loss: Any, activation: Any, z: np.ndarray, labels: np.ndarray, mask: np.ndarray | None = None, **how: Any
) -> list[np.ndarray]:
    """Outputs, gradient at the pre-outputs and score, as an output layer makes them."""

    def record(e: Emitter, zs: Array, ls: Array, ms: Array | None = None) -> list[Array]:
        own = e.like(zs)  # DL4J's masks change the pre-output
        e(copy_flat, zs.flat, own.flat)
        y, backward = scored(e, own, activation, loss, ls, ms)
        return [y, backward(None)]

    return run(record, z, labels, *([] if mask is None else [mask]), **how)


def check_scored(loss: Any, activation: Any, z: np.ndarray, labels: np.ndarray, mask: np.ndarray | None = None) -> None:
    """The gradient of a loss behind an activation is the gradient of its score, masked or not."""

    def score(v: np.ndarray) -> float:
        return float(run_scored(loss, activation, v, labels, mask)[2][0])

    y, dz, _ = run_scored(loss, activation, z, labels, mask)
    alone, *_ = run(lambda e, zs: [activation.emit(e, zs)[0]], z)
    assert_close(y, alone, 1e-12, 1e-14)
    assert_close(dz, central(score, z), 1e-5, 1e-6)
    single = run_scored(loss, activation, z, labels, mask, precision="float32")
    assert_close(single[1], dz, 1e-3, 1e-4)


def check_updater(
    updater: Any, recurrence: Callable[[np.ndarray, dict[str, Any], int], np.ndarray], mode: str = "exact"
) -> None:
    """`recurrence(gradient, state, t)` gives the step at t = 1, 2, … and keeps its state; single precision keeps pace."""
    check_round_trip(updater)
    g = generator(3)
    gradients = np.float32(g.normal(size=(8, 40)) * 10.0 ** g.uniform(-2, 0, 40)).astype(np.float64)
    state: dict[str, Any] = {name: np.full(40, updater.first_state(name)) for name in updater.state}
    truth = [recurrence(gradient, state, t) for t, gradient in enumerate(gradients, start=1)]
    steps, kept = _updates(updater, gradients, mode, "float64")
    for step, expected in zip(steps, truth, strict=True):
        assert_close(step, expected, 1e-9, 1e-14)
    for name in updater.state:
        assert_close(kept[name], state[name], 1e-9, 1e-14)
    singles, _ = _updates(updater, gradients, mode, "float32")
    for step, expected in zip(singles, truth, strict=True):
        assert np.abs(step - expected).max() <= 1e-5 * np.abs(expected).max()  # 1 - 0.999 rounded: 7e-6


def _updates(
    updater: Any, gradients: np.ndarray, mode: str, precision: str
) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """The steps for gradients that follow each other, and the state after the last."""

    def record(e: Emitter, g: Array, *before: Array) -> list[Array]:
        step, *states = [e.like(a) for a in (g, *before)]
        for a, b in zip((g, *before), (step, *states), strict=True):
            e(copy_flat, a, b)
        updater.emit(e, step, Params(dict(zip(updater.state, states, strict=True))))
        return [step, *states]

    steps = []
    kept = {name: np.full(gradients.shape[1], updater.first_state(name)) for name in updater.state}
    for t, gradient in enumerate(gradients):
        step, *after, _ = run(record, gradient, *kept.values(), iteration=t, mode=mode, precision=precision)
        kept = dict(zip(updater.state, after, strict=True))
        steps.append(step)
    return steps, kept


def first_step(updater: Any, gradient: np.ndarray, **how: Any) -> np.ndarray:
    """The step of a fresh updater."""

    def record(e: Emitter, g: Array, *states: Array) -> list[Array]:
        step = e.like(g)
        e(copy_flat, g, step)
        updater.emit(e, step, Params(dict(zip(updater.state, states, strict=True))))
        return [step]

    return run(record, gradient, *[np.full(gradient.shape, updater.first_state(n)) for n in updater.state], **how)[0]


def noisy_weights(noise: Any, w: np.ndarray, role: str = "weight", **how: Any) -> np.ndarray:
    """The parameter that a layer sees."""
    return run(lambda e, ws: [noise.emit(e, ws, role)[0]], w, **how)[0]


def check_noise_gradient(noise: dict[str, Any]) -> None:
    """With the noise of one iteration, the gradient is that of the clean parameters."""
    layers = [{"type": "dense", "n_out": 5, "activation": "tanh"}, {"type": "output", "n_out": 2, "loss": "mse"}]
    defaults = {"weight_noise": noise, "activation": "tanh"}
    spec = {"seed": 3, "input": 4, "data_type": "double", "defaults": defaults, "layers": layers}
    network = Network(NetworkConfig.model_validate(spec))
    x, y = generator(1).normal(size=(6, 4)), generator(2).uniform(0.1, 0.9, (6, 2))
    assert network.score(x, y) != network.score(x, y, training=False)
    _check_gradient(network, x, y)


def dropped(dropout: Any, x: np.ndarray, **how: Any) -> tuple[np.ndarray, np.ndarray]:
    """The noisy input, and the gradient that comes back for ones."""

    def record(e: Emitter, xs: Array) -> list[Array]:
        y, backward = dropout.emit(e, xs)
        ones = e.like(xs)
        e(fill, ones.flat, 1.0)
        return [y, backward(ones)]

    y, dx, _ = run(record, x, **how)
    return y, dx


def check_dropout(dropout: Any, x: np.ndarray) -> None:
    """Each step draws anew and repeats; the gradient is the slope at the noise that was drawn; single agrees."""
    check_round_trip(dropout)
    y, dx = dropped(dropout, x)
    again, _ = dropped(dropout, x)
    other, _ = dropped(dropout, x, iteration=1)
    assert np.array_equal(y, again)
    assert not np.array_equal(y, other)
    up, down = (dropped(dropout, x + step)[0] for step in (STEP, -STEP))
    assert_close(dx, (up - down) / (2 * STEP), 1e-6, 1e-8)
    single, single_dx = dropped(dropout, x, precision="float32")
    assert_close(single, y, 1e-5, 1e-5)
    assert_close(single_dx, dx, 1e-5, 1e-5)


@dataclass
class Case:
    """A layer, the shape it is fed as a spec writes it, and what its network needs besides."""

    layer: Layer
    given: Any = 4
    inputs: Callable[[np.random.Generator, int], np.ndarray] | None = None
    skip: Sequence[str] = field(default_factory=tuple)

    def __str__(self) -> str:
        return str(tree_of(self.layer))

    def network(self, **changes: Any) -> Network:
        """The layer between a dense layer and an output, or at the end when it has a loss."""
        layers: list[Any] = [self.layer]
        if self.inputs is None and not isinstance(self.layer, LossLayerPart):
            layers = [{"type": "dense", "n_out": self.given, "activation": "tanh"}, self.layer]
        if not isinstance(self.layer, LossLayerPart):
            layers.append({"type": "output", "n_out": 2, "loss": "mse", "activation": "tanh"})
        return Network(NetworkConfig.model_validate({"seed": 11, "input": self.given, "layers": layers, **changes}))

    def batch(self, network: Network, size: int = 5) -> tuple[np.ndarray, np.ndarray]:
        """Features and labels."""
        g = generator(5)
        x = self.inputs(g, size) if self.inputs else g.normal(size=(size, self.given))
        outputs = network.output(x).shape[1]
        return x, g.uniform(0.1, 0.9, (size, outputs))


def check_layer(case: Case) -> None:
    """Shapes, gradients, precision, memory, repetition, round trips."""
    check_round_trip(case.layer)
    network = case.network(data_type="double")
    x, y = case.batch(network)
    for node in network.graph.nodes:
        assert network.activations(x)[node.name].shape == (len(x), *node.shape.array)
    if "gradient" not in case.skip:
        _check_gradient(network, x, y)
    single = case.network()
    assert_close(single.output(x), network.output(x), 1e-4, 1e-5)
    if "rows" not in case.skip:
        rows = np.concatenate([network.output(x[i : i + 1]) for i in range(len(x))])
        assert_close(network.output(x), rows, 1e-9, 1e-12)
    own = case.network(training_workspace_mode="none", inference_workspace_mode="none")
    again = case.network()
    for _ in range(3):
        scores = {n.fit(x, y) for n in (single, own, again)}
        assert len(scores) == 1
    assert np.array_equal(single.params, own.params)
    assert np.array_equal(single.params, again.params)


def _check_gradient(network: Network, x: np.ndarray, y: np.ndarray) -> None:
    gradient = network.gradient(x, y)
    params = network.params
    for slot in network.parameters.slots:
        if slot.param.role == "statistic" or slot.param.frozen or slot.param.drifts or slot.param.pretrain:
            continue
        for i in range(slot.offset, slot.stop):
            kept = params[i]
            params[i] = kept + STEP
            up = network.score(x, y)
            params[i] = kept - STEP
            down = network.score(x, y)
            params[i] = kept
            assert_close(gradient[i : i + 1], np.array([(up - down) / (2 * STEP) * len(x)]), RELATIVE, 1e-7)


def check_vertex(vertex: dict[str, Any], sizes: Sequence[int], truth: Callable[..., np.ndarray]) -> None:
    """A vertex fed by dense layers of those widths; `truth` is its formula in NumPy."""
    names = [f"d{i}" for i in range(len(sizes))]
    vertices = [
        {"name": n, "type": "dense", "n_out": s, "inputs": "in", "activation": "tanh"}
        for n, s in zip(names, sizes, strict=True)
    ]
    vertices += [
        {"name": "v", "inputs": names, **vertex},
        {"name": "out", "type": "output", "n_out": 2, "loss": "mse", "activation": "tanh", "inputs": "v"},
    ]
    spec = {"seed": 2, "inputs": {"in": 4}, "vertices": vertices}
    network = Network(NetworkConfig.model_validate({**spec, "data_type": "double"}))
    thing = network.graph.node("v").thing
    check_round_trip(thing)
    x = generator(8).normal(size=(6, 4))
    found = network.activations(x)
    expected = truth(*[found[n] for n in names])
    assert_close(found["v"], expected, 1e-9, 1e-12)
    assert found["v"].shape[1:] == network.graph.node("v").shape.array
    y = generator(9).uniform(0.1, 0.9, found["out"].shape)
    _check_gradient(network, x, y)
    own = Network(NetworkConfig.model_validate({**spec, "training_workspace_mode": "none"}))
    shared = Network(NetworkConfig.model_validate(spec))
    for _ in range(3):
        assert own.fit(x, y) == shared.fit(x, y)
    assert np.array_equal(own.params, shared.params)


def check_face(
    thing: Any,
    given: Sequence[Any],
    faces: Sequence[np.ndarray],
    truth: Callable[..., np.ndarray],
    mask: np.ndarray | None = None,
    source: np.ndarray | None = None,
    mode: str = "exact",
    made: Any = None,
) -> None:
    """A vertex or preprocessor; `truth` is its formula on arrays in DL4J's layout, `given` the shapes of its inputs.

    `mask` and `source` are mask and values of the network input `in`, as a plan holds them; `made` is the shape that
    comes out where the inputs of the network decide.
    """
    check_round_trip(thing)
    several = isinstance(thing, Vertex)
    made = made or thing.output_shape(given if several else given[0])
    inputs = [np.ascontiguousarray(f.transpose(s.inside)) for f, s in zip(faces, given, strict=True)]
    expected = truth(*faces)
    weights = generator(4).normal(size=expected.shape)
    more = [np.ascontiguousarray(weights.transpose(made.inside)), *[m for m in (mask, source) if m is not None]]

    def record(e: Emitter, *arrays: Array) -> list[Array]:
        xs, (ws, *rest) = arrays[: len(inputs)], arrays[len(inputs) :]
        e.sources = {"in": (rest[-1] if source is not None else xs[0], rest[0] if mask is not None else None)}
        with e.inside(tuple(given), (None,) * len(given)):
            y, backward = thing.emit(e, xs if several else xs[0])
        dy = e.like(ws)
        e(copy_flat, ws.flat, dy.flat)
        gradients = backward(dy)
        return [y, *(gradients if several else [gradients])]

    found = run(record, *inputs, *more, mode=mode)
    assert_close(found[0].transpose(np.argsort(made.inside)), expected, 1e-9, 1e-12)
    for i, (face, shape) in enumerate(zip(faces, given, strict=True)):

        def score(x: np.ndarray, i: int = i) -> float:
            return float((weights * truth(*faces[:i], x, *faces[i + 1 :])).sum())

        assert_close(found[i + 1], central(score, face).transpose(shape.inside), 1e-5, 1e-7)
    for a, b in zip(run(record, *inputs, *more, mode=mode, share=False), found, strict=True):
        assert np.array_equal(a, b)
    for a, b in zip(run(record, *inputs, *more, mode=mode, precision="float32"), found, strict=True):
        assert_close(a, b, 1e-4, 1e-5)


def output_mask(thing: Any, given: Sequence[Any], *masks: np.ndarray | None) -> np.ndarray | None:
    """The mask that a vertex or preprocessor hands on, for masks as a plan holds them."""
    known = [mask for mask in masks if mask is not None]

    def record(e: Emitter, *arrays: Array) -> list[Array | None]:
        left = iter(arrays)
        seen = tuple(None if mask is None else next(left) for mask in masks)
        e.sources = {"in": (arrays[0], seen[0])}
        with e.inside(tuple(given), seen):
            made = thing.output_mask(e, seen if isinstance(thing, Vertex) else seen[0])
        if made is None:
            return [None]
        copy = e.like(made)
        e(copy_any, made, copy)
        return [copy]

    if not known:
        return None
    found = run(record, *known)
    return found[0] if len(found) == 2 else None
