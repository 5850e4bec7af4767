"""Recurrent layers alone, outside a network: outputs, gradients, states."""

from __future__ import annotations

from typing import Any

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.layers import Layer
from dl4py.network import Network, NetworkConfig
from dl4py.plan import Array, Emitter, Params, Plan
from tests.contract import assert_close, central, check_round_trip, generator


class Alone:
    """A layer that knows its input, with random parameters, run on sequences `[time, batch, size]`."""

    def __init__(self, layer: Layer, given: Any, *, mode: str = "exact", precision: str = "float64") -> None:
        self.layer = layer.but(name=layer.name or "layer").given(given)
        self.given, self.mode, self.precision = given, mode, precision
        g = generator(4)
        self.params = {p.name: 0.6 * g.normal(size=p.shape) for p in self.layer.params()}

    def run(
        self,
        x: np.ndarray,
        dy: Any = None,
        *,
        mask: np.ndarray | None = None,
        states: dict[str, np.ndarray] | None = None,
        share: bool = True,
        training: bool = True,
    ) -> dict[str, np.ndarray]:
        """``y``; with the gradient `dy` of the output (a function of its shape) ``dx`` and one ``d<name>`` a parameter.

        `states` are those before, in the end they hold those after.
        """
        e = Emitter(x.shape[1], training=training, seed=7, compatibility=Compatibility(self.mode))  # type: ignore[arg-type]
        e.carrying = "test" if states is not None else None
        memory: dict[str, np.ndarray] = {"score": np.zeros(1), "clock": np.zeros(8)}
        for name, state in (states or {}).items():
            memory[f"carry/test//{name}"] = state.reshape(-1)
        kind = np.dtype(self.precision)
        p = Params()
        size = sum(v.size for v in self.params.values())
        memory["params"], memory["gradient"] = np.zeros(size, kind), np.full(size, np.nan, kind)
        offset = 0
        for param in self.layer.params():
            value = self.params[param.name]
            memory["params"][offset : offset + value.size] = value.ravel(order=param.order.upper())
            flat = [Array((value.size,), space=s, offset=offset) for s in ("params", "gradient")]
            p[param.name], p[param.name + "'"] = (a.ordered(param.shape, param.order) for a in flat)
            p[param.name].gradient = p.pop(param.name + "'")
            offset += value.size
        masks = None if mask is None else Array(mask.shape, space="constant", value=mask, needs_gradient=False)
        results: dict[str, Array] = {}
        with e.inside((self.given,), (masks,)):
            xs = Array(x.shape, space="constant", value=x)
            y, backward = self.layer.emit(e, xs, p)
            results["y"] = y
            if (out := self.layer.output_mask(e, masks)) is not None:
                results["mask"] = out
            if dy is not None:
                value = dy(y.shape)
                above = Array(y.shape, space="constant", value=value)
                own = e.like(y)
                from dl4py.kernels.move import copy_any

                e(copy_any, above, own)
                dx = backward(own)
                results |= {"dx": dx} if dx is not None else {}
                results |= {"d" + name: a.gradient for name, a in p.items()}
        for array in results.values():
            array.root.kept = True
        plan = Plan(e.calls, self.precision, share=share)
        memory["arena"] = np.zeros(plan.layout.total, np.uint8)
        memory["clock"][2 : 2 + len(e.rates)] = [
            r if isinstance(r, float) else r.at(0, 0, e.compatibility) for r in e.rates
        ]
        plan.bind(memory)
        plan.run()
        return {name: plan.numbers(a).copy() for name, a in results.items()}


def weights_of(shape: tuple[int, ...]) -> np.ndarray:
    """A gradient of the output that differs everywhere."""
    return generator(12).normal(size=shape)


def check_alone(layer: Layer, given: Any, x: np.ndarray, mask: np.ndarray | None = None, mode: str = "exact") -> Alone:
    """Gradients of input and parameters agree with central differences; single agrees with double; memory is shared."""
    alone = Alone(layer, given, mode=mode)
    found = alone.run(x, weights_of, mask=mask)

    def score(v: np.ndarray) -> float:
        y = alone.run(v, mask=mask)["y"]
        return float((weights_of(y.shape) * y).sum())

    if "dx" in found:
        assert_close(found["dx"], central(score, x), 1e-4, 1e-7)
    for name in alone.params:

        def of_parameter(v: np.ndarray, name: str = name) -> float:
            kept, alone.params[name] = alone.params[name], v
            total = score(x)
            alone.params[name] = kept
            return total

        assert_close(found["d" + name], central(of_parameter, alone.params[name]), 1e-4, 1e-7)
    own = alone.run(x, weights_of, mask=mask, share=False)
    assert all(np.array_equal(own[name], found[name]) for name in found)
    single = Alone(layer, given, mode=mode, precision="float32").run(x, weights_of, mask=mask)
    assert all(np.allclose(single[name], found[name], 1e-3, 1e-4) for name in found)
    return alone


def check_network(
    layers: list[Any],
    given: Any,
    x: np.ndarray,
    *,
    mask: np.ndarray | None = None,
    label_mask: np.ndarray | None = None,
    mode: str = "exact",
    gradient: bool = True,
) -> Network:
    """A chain in DL4J's layout: shapes, gradients, examples one by one, precision, memory, repetition."""

    def network(**changes: Any) -> Network:
        spec = {"seed": 11, "input": given, "layers": layers, "compatibility": mode, **changes}
        return Network(NetworkConfig.model_validate(spec))

    double = network(data_type="double")
    found = double.activations(x, mask=mask)
    for node in double.graph.nodes:
        check_round_trip(node.thing)
        assert found[node.name].shape == (len(x) * getattr(node.shape, "steps", 1), *node.shape.array)
    y = generator(5).uniform(0.1, 0.9, double.output(x, mask=mask).shape)
    y /= y.sum(axis=1, keepdims=True) if mode == "dl4j" else 1.0  # quirk 34
    masks = {"mask": mask, "label_mask": label_mask}
    if gradient:
        whole = double.gradient(x, y, **masks)
        for i in range(len(whole)):
            kept, sums = double.params[i], []
            for sign in (1e-6, -1e-6):
                double.params[i] = kept + sign
                sums.append(double.score(x, y, **masks))
            double.params[i] = kept
            assert_close(whole[i : i + 1], np.array([(sums[0] - sums[1]) / 2e-6 * len(x)]), 1e-3, 1e-7)
    for i in range(len(x)):
        alone = double.output(x[i : i + 1], mask=None if mask is None else mask[i : i + 1])
        assert_close(alone, double.output(x, mask=mask)[i : i + 1], 1e-9, 1e-12)
    single, again, own = network(), network(), network(training_workspace_mode="none")
    assert_close(single.output(x, mask=mask), double.output(x, mask=mask), 1e-4, 1e-5)
    for _ in range(3):
        assert len({n.fit(x, y, **masks) for n in (single, again, own)}) == 1
    assert np.array_equal(single.params, own.params)
    assert np.array_equal(single.params, again.params)
    return double
