"""What a network answers and becomes on a batch, and how much of that rounding alone decides.

Where a score is steep, or an updater divides a gradient that is nothing but rounding by its own size, two programs that
are both right differ by more than a tolerance. How much is found without the other program: our own numbers in double,
from parameters moved by one unit in their last place, and from single arithmetic where the network is single.
"""

from __future__ import annotations

import numpy as np

from dl4py.network import Network
from tests.random_networks import BATCH, Example

ALLOWANCE = 30.0
"""How many times the change by one rounding of each parameter is taken for rounding: a step has some hundred of them."""


def figures(network: Network, example: Example, *, gradient: bool = True) -> dict[str, np.ndarray]:
    """Outputs, score and gradient, then scores and parameters of four steps on halves of the batch."""
    outputs = network.output(example.x, mask=example.mask)
    found = {"output": _flat(outputs if isinstance(outputs, list) else [outputs])}
    if gradient:
        found["score"] = np.array([network.score(example.x, example.y, **example.masks)])
        found["gradient"] = network.gradient(example.x, example.y, **example.masks)
    scores = []
    for _ in range(2):
        for half in (slice(0, BATCH // 2), slice(BATCH // 2, BATCH)):
            part = example.rows(half)
            scores.append(network.fit(part.x, part.y, **part.masks))
    return found | {"scores": np.array(scores), "params": network.params.copy()}


def condition(network: Network, example: Example, *, gradient: bool = True) -> dict[str, float]:
    """How far rounding moves the figures of a fresh network, relative to the largest value of each."""
    single = network.params.dtype == np.float32
    wide = network.config.but(data_type="double")
    start = network.params.astype(float)
    truth = figures(Network(wide, params=start.copy()), example, gradient=gradient)
    g = np.random.default_rng(1)
    others = []
    for _ in range(3):
        moved = start * (1.0 + (6e-8 if single else 2e-16) * g.choice([-1.0, 1.0], start.size))
        others.append(figures(Network(wide, params=moved), example, gradient=gradient))
    if single:
        others.append(figures(Network(network.config, params=start.astype("f")), example, gradient=gradient))
    return {name: max(difference(other[name], value) for other in others) for name, value in truth.items()}


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference, relative to the largest value of the array."""
    assert a.shape == b.shape, (a.shape, b.shape)
    return float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-3)) if a.size else 0.0


def _flat(arrays: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.ravel(a) for a in arrays])
