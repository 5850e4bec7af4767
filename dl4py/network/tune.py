"""Which of the ways that a network can be computed is the fastest here, layer by layer: said, and never taken unasked.

Ways differ in rounding. A choice that was kept beside the machine would give the same spec other bits elsewhere; so it
is for the spec to make, and here it is only found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dl4py.network.bench import Bench, bench
from dl4py.network.config import NetworkConfig
from dl4py.network.network import Network
from dl4py.plan import threads
from dl4py.plan.printed import aligned

KEY = "cudnn_algo_mode"
WAYS = ("prefer_fastest", "no_workspace")
CLEAR = 0.95
"""Another way must take less than this share of the time to be named: less is noise."""


@dataclass(frozen=True)
class Tuning:
    """Seconds of a layer by way, for the layers that have several; seconds of a step by number of threads."""

    layers: dict[str, dict[str, float]]
    threads: dict[int, float]

    @property
    def changes(self) -> dict[str, str]:
        """The way that is clearly faster than the usual one, by layer."""
        found = {}
        for name, times in self.layers.items():
            best = min(times, key=lambda way: times[way])
            if times[best] < CLEAR * times[WAYS[0]]:
                found[name] = best
        return found

    @property
    def fastest_threads(self) -> int:
        """The number of threads with the shortest step; all of them unless fewer are clearly faster."""
        most = max(self.threads)
        best = min(self.threads, key=lambda n: self.threads[n])
        return best if self.threads[best] < CLEAR * self.threads[most] else most

    def text(self) -> str:
        """Tables, and the keys to write."""
        rows = [["threads", "ms"], *([str(n), f"{t * 1e3:.3f}"] for n, t in self.threads.items())]
        lines = aligned(rows)
        if self.layers:
            head = ["layer", *(f"{way}, ms" for way in WAYS)]
            cells = [[name, *(f"{times[way] * 1e3:.3f}" for way in WAYS)] for name, times in self.layers.items()]
            lines += ["", *aligned([head, *cells])]
        lines += ["", "what is clearly faster here than the defaults:"]
        said = [f"  {name}: {{{KEY}: {way}}}" for name, way in self.changes.items()]
        if self.fastest_threads != max(self.threads):
            said.append(f"  --threads {self.fastest_threads}")
        return "\n".join([*lines, *(said or ["  nothing"])])

    def as_dict(self) -> dict[str, Any]:
        """The same, for `--json`."""
        return {
            "threads": {str(n): seconds for n, seconds in self.threads.items()},
            "layers": self.layers,
            "changes": {name: {KEY: way} for name, way in self.changes.items()},
            "fastest_threads": self.fastest_threads,
        }


def tune(config: NetworkConfig, batch: int, mode: str = "fit", *, time: int = 50, rounds: int = 20) -> Tuning:
    """Times each way of each layer that has several, and each number of threads."""

    def measured(asked: NetworkConfig) -> Bench:
        return bench(Network(asked), batch, mode, time=time, rounds=rounds)

    plain = measured(config)
    by_threads = {}
    for count in sorted({1, *(2**i for i in range(1, 10) if 2**i < plain.threads)}):
        if count < plain.threads:
            with threads.limited(count):
                by_threads[count] = measured(config).found.best
    by_threads[plain.threads] = plain.found.best
    ways = {way: _by_layer(measured(_all(config, way))) for way in WAYS}
    differing = [name for name, (_, kernels) in ways[WAYS[0]].items() if kernels != ways[WAYS[1]][name][1]]
    return Tuning({name: {way: ways[way][name][0] for way in WAYS} for name in differing}, by_threads)


def _all(config: NetworkConfig, way: str) -> NetworkConfig:
    """The network with each convolution computed that way."""

    def changed(nodes: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(node.but(**{KEY: way}) if KEY in type(node).model_fields else node for node in nodes)

    return config.but(layers=changed(config.layers), vertices=changed(config.vertices))


def _by_layer(found: Bench) -> dict[str, tuple[float, tuple[str, ...]]]:
    """Seconds and kernels of each layer, without its updater."""
    sums: dict[str, tuple[float, tuple[str, ...]]] = {}
    for measured in found.found.calls:
        name = measured.call.owner
        seconds, kernels = sums.get(name, (0.0, ()))
        sums[name] = seconds + measured.seconds, (*kernels, measured.call.kernel.name)
    return sums
