"""Solvers that search along a direction: line gradient descent, conjugate gradient, L-BFGS."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf, isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from dl4py.network.plans import Batch

if TYPE_CHECKING:
    from dl4py.network.network import Network

PAIRS = 4  # curvature pairs that L-BFGS keeps
ARMIJO = 1e-4  # share of the promised decrease that a step must give
RELATIVE = 1e-7  # smallest step, relative to the parameters


@dataclass
class Pair:
    """A change of the parameters and of the gradient with it."""

    s: np.ndarray
    y: np.ndarray
    rho: float


@dataclass
class History:
    """What a solver remembers between iterations: never saved, as in DL4J."""

    pairs: deque[Pair] = field(default_factory=lambda: deque(maxlen=PAIRS))  # newest first
    direction: np.ndarray | None = None
    gradient: np.ndarray | None = None
    params: np.ndarray | None = None


def search(network: Network, batch: Batch) -> float:
    """One iteration on one batch; returns the score after the step.

    ``params -= step * direction``. The gradient is what the updater makes of it. Line gradient descent goes along the
    gradient; conjugate gradient along ``d = g + max(0, (g - g') g / g' g') d'`` (Polak and Ribière, 1969); L-BFGS along
    ``H g`` of the last four pairs (Nocedal, "Updating Quasi-Newton Matrices with Limited Storage", 1980). With
    `compatibility: dl4j` as DL4J does it (quirk 29).
    """
    quirk = network.graph.compatibility.has(29)
    state = network.updater_state.copy()
    history: History = network.history
    params = network.params
    score, gradient = _gradient(network, batch)
    advanced = network.updater_state.copy()
    direction = _direction(network, history, gradient, quirk)
    start = params.copy()
    step = _backtrack(network, batch, start, direction, gradient, score)
    params[:] = _stepped(network, start, direction, step)
    if not quirk:
        network.updater_state[:] = state  # the look at the gradient behind the step must not count as an iteration
    score, after = _gradient(network, batch)
    if not quirk:
        network.updater_state[:] = advanced
    _remember(network, history, start, direction, gradient, after, quirk)
    network.run("constrain", batch)
    network.iteration += 1
    return score


def _gradient(network: Network, batch: Batch) -> tuple[float, np.ndarray]:
    score = network.run("direction", batch)
    return score, network.step.copy()


def _direction(network: Network, history: History, g: np.ndarray, quirk: bool) -> np.ndarray:
    algorithm = network.config.optimization_algo
    if algorithm == "lbfgs":
        if quirk:
            return g if history.direction is None else history.direction
        return _downhill(_newton(history, g), g)
    if algorithm == "conjugate_gradient" and not quirk and history.gradient is not None:
        assert history.direction is not None
        last = history.gradient
        gamma = max(0.0, float((g - last) @ g) / max(float(last @ last), 1e-30))
        return _downhill(g + gamma * history.direction, g)
    return g


def _downhill(d: np.ndarray, g: np.ndarray) -> np.ndarray:
    return d if float(d @ g) > 0 else g


def _newton(history: History, g: np.ndarray) -> np.ndarray:
    d = g.copy()
    alphas = []
    for pair in history.pairs:
        alphas.append(pair.rho * float(pair.s @ d))
        d -= alphas[-1] * pair.y
    if history.pairs:
        newest = history.pairs[0]
        d *= 1.0 / (newest.rho * float(newest.y @ newest.y))
    for pair, alpha in zip(reversed(history.pairs), reversed(alphas), strict=True):
        d += (alpha - pair.rho * float(pair.y @ d)) * pair.s
    return d


def _remember(
    network: Network,
    history: History,
    start: np.ndarray,
    direction: np.ndarray,
    gradient: np.ndarray,
    after: np.ndarray,
    quirk: bool,
) -> None:
    if network.config.optimization_algo == "lbfgs" and quirk:
        _as_dl4j(network, history, start, gradient, after)
        return
    history.direction, history.gradient = direction, gradient
    s, y = network.params - start, after - gradient
    if float(s @ y) > 1e-10 * float(y @ y) > 0:
        history.pairs.appendleft(Pair(s, y, 1.0 / float(s @ y)))


def _as_dl4j(network: Network, history: History, start: np.ndarray, gradient: np.ndarray, after: np.ndarray) -> None:
    """DL4J's next direction: from its second iteration on the gradient before the step is the one behind it, and the
    second loop counts its coefficients from the wrong end.
    """
    before = gradient if history.params is None else after
    old = start if history.params is None else history.params
    sy = float(old @ before) + 1e-5
    yy = float(before @ before) + 1e-5
    history.pairs.appendleft(Pair(network.params - old, after - before, 1.0 / sy))
    d = after.copy()
    alphas = []
    for pair in history.pairs:
        alphas.append(pair.rho * float(pair.s @ d))
        d -= alphas[-1] * pair.y
    d *= sy / yy
    for j, pair in enumerate(reversed(history.pairs)):
        d += (alphas[j] - pair.rho * float(pair.y @ d)) * pair.s
    history.direction, history.params = d, network.params.copy()


def _stepped(network: Network, start: np.ndarray, direction: np.ndarray, step: float) -> np.ndarray:
    sign = -1.0 if network.config.minimize else 1.0
    return start + np.asarray(sign * step, start.dtype) * direction


def _backtrack(
    network: Network, batch: Batch, start: np.ndarray, direction: np.ndarray, gradient: np.ndarray, score: float
) -> float:
    """A step with sufficient decrease, found by quadratic and cubic interpolation; 0 where none is found.

    Dennis and Schnabel, "Numerical Methods for Unconstrained Optimization and Nonlinear Equations", 1983, A6.3.1.
    """
    sign = 1.0 if network.config.minimize else -1.0
    slope = -float(direction @ gradient)
    largest = float(np.max(np.abs(gradient) / np.maximum(np.abs(start), 1.0), initial=0.0))
    least = RELATIVE / largest if largest else inf
    first = sign * score
    best, best_step = first, 0.0
    step, before, found_before = 1.0, 0.0, first
    for _ in range(network.config.max_num_line_search_iterations):
        if step < least:
            return 0.0
        network.params[:] = _stepped(network, start, direction, step)
        found = sign * network.run("score", batch)
        if found <= first + ARMIJO * step * slope:
            return step
        if found < best:
            best, best_step = found, step
        if not isfinite(found):
            following = 0.2 * step
        else:
            following = _interpolated(first, slope, step, found, before, found_before)
        before, found_before = step, found
        step = max(following, 0.1 * step)
    return best_step


def _interpolated(first: float, slope: float, step: float, found: float, before: float, found_before: float) -> float:
    """The minimum of the parabola (first time) or cubic through what is known, at most half the step."""
    if before == 0.0 or not isfinite(found_before):
        return min(-slope / (2.0 * (found - first - slope)), 0.5 * step)
    here = (found - first - step * slope) / step**2
    there = (found_before - first - before * slope) / before**2
    a = (here - there) / (step - before)
    b = (step * there - before * here) / (step - before)
    if a == 0.0:
        return min(-slope / (2.0 * b), 0.5 * step) if b else 0.5 * step
    root = b * b - 3.0 * a * slope
    if root < 0.0:
        return 0.5 * step
    return min((-b + sqrt(root)) / (3.0 * a) if b <= 0.0 else -slope / (b + sqrt(root)), 0.5 * step)
