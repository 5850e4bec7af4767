"""Phases of a training on Spark, as DL4J's `SparkTrainingStats` names them."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dl4py.atomic import write_text
from dl4py.spark.timeline import page

MASTER = "ParameterAveragingMaster"
JSON, TABLE, PAGE = "spark-stats.json", "spark-stats.txt", "spark-timeline.html"


class Stats:
    """Collects phases where they are wanted: name, machine, process, start and duration in milliseconds."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.sent = 0  # bytes of messages between workers, where the master counts them

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measures a phase of the driver."""
        start, begun = time.time(), time.perf_counter()
        yield
        if self.wanted:
            key = f"{'p' if name == 'Export' else 'P'}{MASTER[1:]}{name}TimesMs"
            self._add(key, socket.gethostname(), os.getpid(), start, time.perf_counter() - begun)

    def gather(self, phases: Iterable[tuple[str, str, int, float, float]]) -> None:
        """Phases that workers report."""
        for phase in phases:
            self._add(*phase)

    def _add(self, name: str, machine: str, process: int, start: float, seconds: float) -> None:
        event = {"machineID": machine, "jvmID": process, "threadID": threading.get_ident() % 100_000}
        event |= {"startTime": round(start * 1e3, 3), "durationMs": round(seconds * 1e3, 3)}
        self.events.setdefault(name, []).append(event)

    def table(self) -> str:
        """Count, mean and sum of each phase."""
        lines = [f"{'phase':50} {'count':>7} {'mean ms':>10} {'most ms':>10} {'sum ms':>11}"]
        for name, events in sorted(self.events.items()):
            times = [event["durationMs"] for event in events]
            mean, total = sum(times) / len(times), sum(times)
            lines.append(f"{name:50} {len(times):7} {mean:10.2f} {max(times):10.2f} {total:11.1f}")
        return "\n".join(lines)

    def write(self, folder: Path) -> None:
        """All events as JSON, their table, and a page with their timeline."""
        write_text(folder / JSON, json.dumps(self.events, indent=1) + "\n")
        write_text(folder / TABLE, self.table() + "\n")
        write_text(folder / PAGE, page(f"{folder.name}: training on Spark", self.events))
