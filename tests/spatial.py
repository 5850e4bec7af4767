"""Layers on sequences, images and volumes, run alone on arrays in DL4J's layout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from contract import STEP, assert_close, central, check_round_trip, generator, run

from dl4py.kernels.move import copy_any
from dl4py.network import Network
from dl4py.plan import Array, Emitter, Params
from dl4py.shapes import Shape


def inward(x: np.ndarray, shape: Shape) -> np.ndarray:
    """An array of a network's face as a plan holds it."""
    return np.ascontiguousarray(x.transpose(shape.inside))


def outward(x: np.ndarray, shape: Shape) -> np.ndarray:
    """An array of a plan as the network shows it."""
    return x.transpose(np.argsort(shape.inside))


def inner_mask(mask: np.ndarray) -> np.ndarray:
    """`[batch, time]` to `[time, batch]`, `[batch, 1, ...]` to `[batch, ..., 1]`."""
    return np.ascontiguousarray(mask.T if mask.ndim == 2 else np.moveaxis(mask, 1, -1))


def alone(
    layer: Any, shape: Shape, x: np.ndarray, dy: np.ndarray | None = None, mask: np.ndarray | None = None, **how: Any
) -> dict[str, np.ndarray]:
    """Output ``y``, input gradient ``dx`` (for ``dy``) and output ``mask`` of a layer without parameters."""
    layer = layer.but(name="it").given(shape)
    out = layer.output_shape(shape)
    names = ["x", *(["dy"] if dy is not None else []), *(["mask"] if mask is not None else [])]
    arrays = [inward(x, shape)]
    arrays += [] if dy is None else [inward(dy, out)]
    arrays += [] if mask is None else [inner_mask(mask)]
    results = []

    def record(e: Emitter, *symbols: Array) -> list[Array]:
        fed = dict(zip(names, symbols, strict=True))
        found = {}
        with e.inside((shape,), (fed.get("mask"),)):
            found["y"], backward = layer.emit(e, fed["x"], Params())
            if mask is not None:
                found["mask"] = layer.output_mask(e, e.mask)
            if dy is not None:
                own = e.like(fed["dy"])
                e(copy_any, fed["dy"], own)
                found["dx"] = backward(own)
        results[:] = [name for name, array in found.items() if array is not None]
        return [found[name] for name in results]

    numbers = dict(zip(results, run(record, *arrays, **how)[:-1], strict=True))
    numbers["y"] = outward(numbers["y"], out)
    if "dx" in numbers:
        numbers["dx"] = outward(numbers["dx"], shape)
    if "mask" in numbers:
        kept = numbers["mask"]
        numbers["mask"] = kept.T if kept.ndim == 2 else np.moveaxis(kept, -1, 1)
    return numbers


def check_spatial(
    layer: Any,
    shape: Shape,
    formula: Callable[..., np.ndarray],
    mask: np.ndarray | None = None,
    batch: int = 3,
) -> None:
    """`formula(x)` or `formula(x, mask)` in NumPy is the truth, in DL4J's layout; gradients are its differences."""
    check_round_trip(layer)
    x = generator().normal(size=(batch, *shape.array))
    also = [] if mask is None else [mask]
    truth = formula(x, *also)
    dy = generator(1).normal(size=truth.shape)
    found = alone(layer, shape, x, dy, mask)
    assert_close(found["y"], truth, 1e-10, 1e-12)
    slope = central(lambda v: float((dy * formula(v, *also)).sum()), x)
    assert_close(found["dx"], slope, 1e-5, 1e-7)
    out = layer.but(name="it").given(shape).output_shape(shape)
    assert truth.shape[1:] == out.array
    single = alone(layer, shape, x, dy, mask, precision="float32")
    assert_close(single["y"], truth, 1e-4, 1e-5)
    assert_close(single["dx"], slope, 1e-4, 1e-4)
    own = alone(layer, shape, x, dy, mask, share=False)
    assert all(np.array_equal(own[name], found[name]) for name in found)


def check_gradient(net: Network, x: np.ndarray, y: np.ndarray, **masks: np.ndarray) -> None:
    """The gradient of all learned parameters is that of the score, in a network in double."""
    gradient = net.gradient(x, y, **masks)
    for slot in net.parameters.slots:
        if slot.param.role == "statistic" or slot.param.pretrain:
            continue
        for i in range(slot.offset, slot.stop):
            kept, scores = net.params[i], []
            for step in (STEP, -STEP):
                net.params[i] = kept + step
                scores.append(net.score(x, y, **masks))
            net.params[i] = kept
            difference = (scores[0] - scores[1]) / (2 * STEP) * len(x)
            assert_close(gradient[i : i + 1], np.array([difference]), 1e-3, 1e-7)
