"""`spark-train --simulate`: the algorithm of a training master with many workers, on one machine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dl4py.errors import InvalidValue
from dl4py.evaluation.judging import evaluate
from dl4py.network.network import Network
from dl4py.spark.course import Course
from dl4py.spark.launching import Machine
from dl4py.spark.stats import Stats
from dl4py.spark.transports.conductor import Pace
from dl4py.training.loop import Listener
from dl4py.training.run import batches_of

EXAMPLE = "for example workers=32,delay=0.1"
KEYS = {"workers": int, "delay": float, "exchange": float, "step": float, "spread": float}


@dataclass(frozen=True)
class Simulation:
    """What came out: score and figures, and what the cluster would have spent."""

    workers: int
    score: float
    seconds: float
    bytes: int
    figures: Any

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        own = {"workers": self.workers, "score": self.score, "seconds": self.seconds, "bytes": self.bytes}
        figures = self.figures
        return own | ({"test": figures.as_dict() | {"loss": figures.loss}} if figures is not None else {})

    def text(self) -> str:
        """For people."""
        figures = f"{self.figures.stats().strip()}\n" if self.figures is not None else ""
        return (
            f"{figures}{self.workers} workers would take {self.seconds:.2f} s and send {self.bytes:,} bytes; "
            f"last score {self.score:.5f}"
        )


def wishes(text: str) -> dict[str, Any]:
    """``workers=32,delay=0.1`` as values."""
    found: dict[str, Any] = {}
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        if name not in KEYS:
            raise InvalidValue(f"`--simulate` has no `{name}`", hint=f"known: {', '.join(KEYS)}")
        try:
            found[name] = KEYS[name](value)
        except ValueError:
            raise InvalidValue(
                f"`{value}` is no number for `{name}`", hint="for example workers=32,delay=0.1"
            ) from None
        if not math.isfinite(found[name]) or found[name] < (1 if name == "workers" else 0):
            raise InvalidValue(f"`{name}={value}` is too small", hint=EXAMPLE)
    return found


def simulation_of(spec: Any, data: Any, text: str, listeners: Sequence[Listener] = ()) -> Simulation:
    """The simulation of a bound spec and its opened data, as a text asks for it."""
    return simulate(spec, data, batches_of(spec, data), wishes(text), listeners)


def simulate(spec: Any, data: Any, batches: Any, wanted: dict[str, Any], listeners: Sequence[Listener]) -> Simulation:
    """Trains a bound spec with its master's rule.

    In seconds: ``delay`` is how much the last worker is late in each round, or in each step where workers do not wait
    for each other; ``exchange`` what a message takes, ``step`` what a step takes, a share of ``spread`` more or less.
    """
    master = spec.spark.master
    workers = wanted.get("workers") or master.workers or 2
    network, stats = Network(spec.network), Stats(False)
    network.normalizer = data.normalizer
    network.labels = list(data.train.class_names)
    source = master.open(Machine(workers), batches, stats)
    pace = Pace(**{name: value for name, value in wanted.items() if name != "workers"})
    transport = master.simulated(source, workers, pace)
    sizes = source.sizes(workers)
    try:
        course = Course(network, source, transport, lambda e: master.rounds_of(sizes, workers, e), listeners, stats)
        score = course.run(spec.training.epochs, 0)
    finally:
        source.close()
    figures = evaluate(network, data.test) if data.test is not None else None
    return Simulation(workers, score, transport.seconds, transport.bytes, figures)
