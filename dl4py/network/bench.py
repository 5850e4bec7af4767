"""How fast a network's step is, and what of it takes the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py.network.network import Network
from dl4py.plan import threads
from dl4py.plan.plan import Plan
from dl4py.plan.profile import BY, Profile, as_dict, fill, profile, table


@dataclass(frozen=True)
class Bench:
    """A profile with what it is of: examples of a step, its plan, threads, and what one thread could do at most."""

    found: Profile
    plan: Plan
    batch: int
    threads: int
    peak: float

    def text(self) -> str:
        """The figures of a step, and tables by phase, by layer and by kernel."""
        best, operations = self.found.best, sum(m.operations for m in self.found.calls)
        speed, most = operations / best / 1e9, self.peak * self.threads / 1e9
        lines = [
            f"step: {best * 1e3:.3f} ms, median {self.found.median * 1e3:.3f} ms, {self.batch / best:,.0f} examples/s",
            f"products: {operations / 1e9:.3f} GFLOP, {speed:.1f} of {most:.1f} GFLOP/s ({speed / most:.0%}), "
            f"{self.threads} thread{'' if self.threads == 1 else 's'}",
            f"arena: {self.plan.layout.total / 2**20:.1f} MiB",
        ]
        return "\n".join([*lines, *(f"\n{table(self.found, by, self.peak * self.threads)}" for by in BY)])

    def as_dict(self) -> dict[str, Any]:
        """The same, for `--json`."""
        more = {"batch": self.batch, "threads": self.threads, "peak": self.peak, "arena_bytes": self.plan.layout.total}
        return as_dict(self.found) | more


def bench(network: Network, batch: int, mode: str = "fit", *, time: int = 50, rounds: int = 20) -> Bench:
    """Times steps on random numbers; the network's parameters and updater state are as before."""
    from dl4py.kernels.peak import products

    plan = network.plan(batch, mode, time=time)
    fill(plan)
    vectors = (network.params, network.updater_state)
    before = [vector.copy() for vector in vectors]

    def reset() -> None:
        for vector, values in zip(vectors, before, strict=True):
            np.copyto(vector, values)

    plan.run()  # caches and pages are warm
    found = profile(plan, rounds, reset)
    reset()
    return Bench(found, plan, batch, threads.count(), products(network.config.precision))


def machine(precision: str = "float32") -> list[tuple[str, float, str]]:
    """What one thread of this machine gives at most: names, values a second, units of a milliard."""
    from dl4py.kernels.peak import copies, products

    return [("products", products(precision), "GFLOP/s"), ("copies", copies(), "GB/s")]
