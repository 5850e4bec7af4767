"""`metrics.jsonl`: scores by iteration, a line of JSON each."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Self

from dl4py.atomic import write_bytes
from dl4py.network.network import Network
from dl4py.training.loop import Listener


class Metrics(Listener):
    """Writes a line for every so many iterations."""

    def __init__(self, path: Path, every: int) -> None:
        self.every = every
        self.file = open(path, "a", encoding="utf-8")  # noqa: SIM115
        self.started_at = time.monotonic()

    def iteration(self, network: Network, score: float, examples: int) -> None:
        step = network.iteration - 1
        if step % self.every == 0:
            line = {"iteration": step, "epoch": network.epoch, "score": score}
            line["seconds"] = round(time.monotonic() - self.started_at, 3)
            self.file.write(json.dumps(line) + "\n")

    def epoch(self, network: Network) -> None:
        self.file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.file.close()


def cut(path: Path, iteration: int) -> None:
    """Drops lines of steps that will be made again."""
    if path.exists():
        lines = [line for line in path.read_text().splitlines(keepends=True) if _before(line, iteration)]
        write_bytes(path, "".join(lines).encode())


def _before(line: str, iteration: int) -> bool:
    try:
        return int(json.loads(line)["iteration"]) < iteration
    except (ValueError, KeyError, TypeError):
        return False  # a line cut off when the process was killed
