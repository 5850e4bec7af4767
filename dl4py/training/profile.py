"""`train --profile`: where the time of a training goes, down to layers and kernels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from dl4py.data.ahead import Waits
from dl4py.network.network import Network
from dl4py.plan import Plan
from dl4py.training.loop import Listener

EVERY = 10
"""One step of so many is timed call by call, the others whole."""


@dataclass
class Watched:
    """The runs of one plan: how many and how long; and those of them whose calls were timed, which `calls` sums."""

    calls: list[float]
    runs: int = 0
    seconds: float = 0.0
    timed: int = 0
    in_timed: float = 0.0

    @property
    def excess(self) -> float:
        """Seconds by which timed runs were longer than others."""
        if not 0 < self.timed < self.runs:
            return 0.0
        return max(0.0, self.in_timed - self.timed * (self.seconds - self.in_timed) / (self.runs - self.timed))


@dataclass
class Profile:
    """Seconds of the parts of a training, from the moment it is made."""

    start: float = field(default_factory=perf_counter)
    waits: Waits = field(default_factory=Waits)
    parts: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    plans: dict[Plan, Watched] = field(default_factory=dict)
    network: Network | None = None
    stop: float = 0.0

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What is done inside belongs to the part `name`, but for the making of plans, a part of its own."""
        before = perf_counter() - self._compiling()
        try:
            yield
        finally:
            self.parts[name] += perf_counter() - self._compiling() - before

    def watch(self, network: Network, listeners: Sequence[Listener]) -> list[Listener]:
        """Looks at the steps of a network; gives the listeners with a watch on each."""
        self.network, network.watch = network, self._run
        return [_Timed(listener, self) for listener in listeners]

    def unwatch(self) -> None:
        """Steps from now on are none of the training."""
        if self.network is not None:
            self.network.watch = Plan.run

    def end(self) -> None:
        """Nothing that comes later counts."""
        self.stop = perf_counter()

    def _compiling(self) -> float:
        return self.network.plans.seconds if self.network is not None else 0.0

    def _run(self, plan: Plan) -> None:
        seen = self.plans.get(plan)
        if seen is None:
            seen = self.plans[plan] = Watched([0.0] * len(plan.calls))
        before = perf_counter()
        if seen.runs % EVERY == 1:  # not the first: it meets cold caches and pages
            self._timed(plan, seen, before)
        else:
            plan.run()
            seen.seconds += perf_counter() - before
        seen.runs += 1

    def _timed(self, plan: Plan, seen: Watched, before: float) -> None:
        stop = start = before
        for i, begun, stop in plan.timed():
            start = begun if i == 0 else start
            seen.calls[i] += stop - begun
        self.parts["watching"] += start - before  # the first time, each call is made ready to be called alone
        seen.timed += 1
        seen.in_timed += stop - start
        seen.seconds += stop - start

    @property
    def total(self) -> float:
        """Seconds from the beginning to `end`."""
        return (self.stop or perf_counter()) - self.start

    @property
    def steps(self) -> float:
        """Seconds inside of plans."""
        return sum(seen.seconds for seen in self.plans.values())

    @property
    def cost(self) -> float:
        """Seconds that watching took."""
        return self.parts.get("watching", 0.0) + sum(seen.excess for seen in self.plans.values())

    def tree(self) -> dict[tuple[str, ...], float]:
        """Seconds by part, and for steps by phase, layer and kernel.

        The calls of the steps that were timed stand for all steps of their plan.
        """
        found: dict[tuple[str, ...], float] = defaultdict(float)
        for name, seconds in self.parts.items():
            found[name,] = seconds
        found["wait for data",] = self.waits.waited
        found["compile",] = self._compiling()
        for plan, seen in self.plans.items():
            whole = sum(seen.calls)
            if not whole:
                found["first steps",] += seen.seconds
                continue
            for call, seconds in zip(plan.calls, seen.calls, strict=True):
                found[call.phase, call.owner or "network", call.kernel.name] += seconds / whole * seen.seconds
        found["the rest",] = self.total - sum(found.values())
        return {path: seconds for path, seconds in found.items() if seconds > 0.0}

    def text(self) -> str:
        """The table."""
        from dl4py.training.flame import flame

        runs = sum(seen.runs for seen in self.plans.values())
        timed = sum(seen.timed for seen in self.plans.values())
        lines = [
            f"profile: {self.total:.3f} s, {runs:,} steps of {self.steps / max(1, runs) * 1e3:.3f} ms, "
            f"{timed:,} of them timed call by call at a cost of {self.cost / self.total:.1%}",
            f"data: {self.waits.worked:.3f} s of work, of which the engine waited for {self.waits.waited:.3f} s",
        ]
        return "\n".join([*lines, "", *flame(self.tree(), self.total)])


class _Timed(Listener):
    """A listener whose time is counted."""

    def __init__(self, listener: Listener, profile: Profile) -> None:
        self.listener, self.profile = listener, profile
        self.name = f"listener {type(listener).__name__.lower()}"

    def started(self, network: Network, batches: int, epochs: int) -> None:
        self._tell(self.listener.started, network, batches, epochs)

    def iteration(self, network: Network, score: float, examples: int) -> None:
        self._tell(self.listener.iteration, network, score, examples)

    def epoch(self, network: Network) -> None:
        self._tell(self.listener.epoch, network)

    def ended(self, network: Network) -> None:
        self._tell(self.listener.ended, network)

    def _tell(self, method: Any, *args: Any) -> None:
        before = perf_counter()
        try:
            method(*args)
        finally:
            self.profile.parts[self.name] += perf_counter() - before
