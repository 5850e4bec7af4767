"""Checkpoints: at the end of epochs, and when a signal asks to stop."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dl4py.errors import Interrupted
from dl4py.formats.dl4j.archive import JSON_LIMIT, read_archive
from dl4py.formats.model import save
from dl4py.network.network import Network
from dl4py.training.folder import CHECKPOINT
from dl4py.training.loop import Listener


class Checkpoints(Listener):
    """Writes `checkpoint.zip` every `seconds` at the end of an epoch, before the last of `epochs`.

    `done` batches of the present epoch are already made.
    """

    def __init__(self, folder: Path, seconds: float, epochs: int, done: int) -> None:
        self.folder, self.seconds, self.epochs, self.done = folder, seconds, epochs, done
        self.signal = 0
        self.last = time.monotonic()

    @contextmanager
    def watching_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM end the training after the step that is being made."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread is told of signals
            return
        before = {number: signal.signal(number, self._asked) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _asked(self, number: int, frame: object) -> None:
        self.signal = number

    def iteration(self, network: Network, score: float, examples: int) -> None:
        self.done += 1
        if self.signal:
            self._write(network)
            raise Interrupted(
                f"stopped after iteration {network.iteration - 1} of epoch {network.epoch}",
                signal=self.signal,
                hint=f"go on with `dl4py train --resume {self.folder}`",
            )

    def epoch(self, network: Network) -> None:
        self.done = 0
        if time.monotonic() - self.last >= self.seconds and network.epoch < self.epochs:
            self._write(network)

    def _write(self, network: Network) -> None:
        save(network, self.folder / CHECKPOINT, more={"batches_done": self.done})
        self.last = time.monotonic()


def batches_done(path: Path) -> int:
    """How many batches of its epoch the network of a zip has seen."""
    archive = read_archive(path)
    try:
        own = json.loads(archive.read("dl4py.json", JSON_LIMIT))
    finally:
        archive.close()
    return int(own.get("batches_done", 0))
