"""Solvers that search along a direction: line gradient descent, conjugate gradient, L-BFGS."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf, isfinite, sqrt
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from dl4py.network.plans import Batch
from dl4py.plan.parameter import named

if TYPE_CHECKING:
    from dl4py.network.config import NetworkConfig
    from dl4py.network.network import Network

PAIRS = 4  # curvature pairs that L-BFGS keeps
ARMIJO = 1e-4  # share of the promised decrease that a step must give
RELATIVE = 1e-7  # smallest step, relative to the parameters


Vector = Any
"""An array, or what computes like one where it lies: copies, sums, differences, multiples and scalar products."""


@dataclass
class Pair:
    """A change of the parameters and of the gradient with it."""

    s: Vector
    y: Vector
    rho: float


@dataclass
class History:
    """What a solver remembers between iterations: never saved, as in DL4J."""

    pairs: deque[Pair] = field(default_factory=lambda: deque(maxlen=PAIRS))  # newest first
    direction: Vector | None = None
    gradient: Vector | None = None
    params: Vector | None = None


class Problem(Protocol):
    """Parameters, their score, and what the updater makes of their gradient; wherever they lie."""

    @property
    def config(self) -> NetworkConfig:
        """The network's keys."""

    @property
    def params(self) -> Vector:
        """The parameters; not to be changed."""

    def move(self, start: Vector, step: float, direction: Vector) -> None:
        """``params = start + step * direction``."""

    def look(self) -> tuple[float, Vector]:
        """The score and the step that the updater makes of the gradient; its state advances."""

    def look_again(self) -> tuple[float, Vector]:
        """The same from the state before the last look; in the end the state is that after it."""

    def score(self) -> float:
        """The score alone."""

    def steepness(self, gradient: Vector, start: Vector) -> float:
        """``max |g| / max(|w|, 1)``."""


@dataclass
class Local:
    """The problem of a network of this process on one batch."""

    network: Network
    batch: Batch
    scattering: bool = False  # whether quirk 66 holds for the next look
    before: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @property
    def config(self) -> NetworkConfig:
        """The network's keys."""
        return self.network.config

    @property
    def params(self) -> np.ndarray:
        """The network's parameters."""
        return self.network.params

    def move(self, start: np.ndarray, step: float, direction: np.ndarray) -> None:
        """``params = start + step * direction``."""
        self.network.params[:] = start + np.asarray(step, start.dtype) * direction

    def look(self) -> tuple[float, np.ndarray]:
        """The score and the step that the updater makes of the gradient."""
        self.before = self.network.updater_state.copy()
        score = self.network.run("direction", self.batch)
        step = self.network.step.copy()
        if self.scattering:
            self.scattering = False
            step = _listed(self.network, step)
        return score, step

    def look_again(self) -> tuple[float, np.ndarray]:
        """The look at the gradient behind the step must not count as an iteration."""
        advanced = self.network.updater_state.copy()
        self.network.updater_state[:] = self.before
        found = self.look()
        self.network.updater_state[:] = advanced
        return found

    def score(self) -> float:
        """The score alone."""
        return self.network.run("score", self.batch)

    def steepness(self, gradient: np.ndarray, start: np.ndarray) -> float:
        """``max |g| / max(|w|, 1)``."""
        return float(np.max(np.abs(gradient) / np.maximum(np.abs(start), 1.0), initial=0.0))


def _listed(network: Network, step: np.ndarray) -> np.ndarray:
    """A step as DL4J lists it by names, not by places, for the first iteration of a solver that searches (quirk 66)."""
    parts = []
    for node in network.graph.nodes:
        slots = {slot.param.name: slot for slot in network.parameters.of(node)}
        there = [slots[param.name] for param in named(node.params, "variables")]
        parts += [slot.param.as_listed(step[slot.offset : slot.stop]) for slot in there]
    return np.concatenate(parts)


def search(network: Network, batch: Batch) -> float:
    """One iteration on one batch; returns the score after the step."""
    compatibility, history = network.graph.compatibility, network.history
    problem = Local(network, batch, scattering=compatibility.has(66) and history.direction is None)
    score = iterate(problem, history, quirk=compatibility.has(29))
    network.run("constrain", batch)
    network.iteration += 1
    return score


def iterate(problem: Problem, history: History, *, quirk: bool = False) -> float:
    """One step of a problem; returns the score behind it.

    ``params -= step * direction``. The gradient is what the updater makes of it. Line gradient descent goes along the
    gradient; conjugate gradient along ``d = g + max(0, (g - g') g / g' g') d'`` (Polak and Ribière, 1969); L-BFGS along
    ``H g`` of the last four pairs (Nocedal, "Updating Quasi-Newton Matrices with Limited Storage", 1980). With
    `compatibility: dl4j` as DL4J does it (quirk 29).
    """
    score, gradient = problem.look()
    direction = _direction(problem, history, gradient, quirk)
    start = problem.params.copy()
    step = _backtrack(problem, start, direction, gradient, score)
    problem.move(start, _sign(problem) * step, direction)
    score, after = problem.look() if quirk else problem.look_again()
    _remember(problem, history, start, direction, gradient, after, quirk)
    return score


def _direction(problem: Problem, history: History, g: Vector, quirk: bool) -> Vector:
    algorithm = problem.config.optimization_algo
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


def _downhill(d: Vector, g: Vector) -> Vector:
    return d if float(d @ g) > 0 else g


def _newton(history: History, g: Vector) -> Vector:
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
    problem: Problem,
    history: History,
    start: Vector,
    direction: Vector,
    gradient: Vector,
    after: Vector,
    quirk: bool,
) -> None:
    if problem.config.optimization_algo == "lbfgs" and quirk:
        _as_dl4j(problem, history, start, gradient, after)
        return
    history.direction, history.gradient = direction, gradient
    s, y = problem.params - start, after - gradient
    if float(s @ y) > 1e-10 * float(y @ y) > 0:
        history.pairs.appendleft(Pair(s, y, 1.0 / float(s @ y)))


def _as_dl4j(problem: Problem, history: History, start: Vector, gradient: Vector, after: Vector) -> None:
    """DL4J's next direction: from its second iteration on the gradient before the step is the one behind it, and the
    second loop counts its coefficients from the wrong end.
    """
    before = gradient if history.params is None else after
    old = start if history.params is None else history.params
    sy = float(old @ before) + 1e-5
    yy = float(before @ before) + 1e-5
    history.pairs.appendleft(Pair(problem.params - old, after - before, 1.0 / sy))
    d = after.copy()
    alphas = []
    for pair in history.pairs:
        alphas.append(pair.rho * float(pair.s @ d))
        d -= alphas[-1] * pair.y
    d *= sy / yy
    for j, pair in enumerate(reversed(history.pairs)):
        d += (alphas[j] - pair.rho * float(pair.y @ d)) * pair.s
    history.direction, history.params = d, problem.params.copy()


def _sign(problem: Problem) -> float:
    return -1.0 if problem.config.minimize else 1.0


def _backtrack(problem: Problem, start: Vector, direction: Vector, gradient: Vector, score: float) -> float:
    """A step with sufficient decrease, found by quadratic and cubic interpolation; 0 where none is found.

    Dennis and Schnabel, "Numerical Methods for Unconstrained Optimization and Nonlinear Equations", 1983, A6.3.1.
    """
    sign = _sign(problem)
    slope = -float(direction @ gradient)
    largest = problem.steepness(gradient, start)
    least = RELATIVE / largest if largest else inf
    first = -sign * score
    best, best_step = first, 0.0
    step, before, found_before = 1.0, 0.0, first
    for _ in range(problem.config.max_num_line_search_iterations):
        if step < least:
            return 0.0
        problem.move(start, sign * step, direction)
        found = -sign * problem.score()
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
