"""A run folder: the resolved spec, metrics, checkpoint and model of one training."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from dl4py.atomic import write_bytes, write_text
from dl4py.data.config import DataConfig
from dl4py.data.iterator import BatchIterator
from dl4py.errors import DL4PyError, Interrupted, ModelFileError
from dl4py.evaluation.judging import evaluate
from dl4py.formats.dl4j.archive import JSON_LIMIT, read_archive
from dl4py.formats.model import load, save
from dl4py.network.network import Network
from dl4py.spec.bind import Spec, bind
from dl4py.spec.source import Source
from dl4py.spec.write import write
from dl4py.training.config import TrainingConfig
from dl4py.training.loop import Listener, train

SPEC, METRICS, CHECKPOINT, MODEL = "spec.yaml", "metrics.jsonl", "checkpoint.zip", "model.zip"


def new_folder(stem: str, base: Path = Path("runs")) -> Path:
    """A fresh folder ``runs/<stem>-<n>``."""
    for n in range(1, 1_000_000):
        folder = base / f"{stem}-{n}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise DL4PyError(
                f"cannot make the folder {folder}: {error.strerror}", hint="name one with `--output`"
            ) from None
        return folder
    raise DL4PyError(f"no free name in {base}")


class Run:
    """One training in its folder."""

    def __init__(self, folder: Path, spec: Spec) -> None:
        self.folder, self.spec = folder, spec
        self.training: TrainingConfig = spec.training
        data: DataConfig = spec.data
        self.data = data.open()
        self.batches = BatchIterator(
            self.data.train, self.training.batch_size, data.seed, data.shuffle, self.data.normalizer
        )

    @classmethod
    def resume(cls, folder: Path) -> Run:
        """The run of an earlier folder."""
        if not (folder / SPEC).exists():
            raise ModelFileError(
                f"{folder} is no run folder: `{SPEC}` is missing", hint="name the folder that `train` printed"
            )
        return cls(folder, bind(Source.read(folder / SPEC)))

    def train(self, listeners: Sequence[Listener] = ()) -> Network:
        """Trains to the end, from the last checkpoint if there is one, and writes the model."""
        network, done = self._start()
        if not (self.folder / SPEC).exists():
            write_text(self.folder / SPEC, write(self.spec, absolute=True))
        keeper = _Keeper(self, done)
        with _Metrics(self) as metrics, keeper.watching_signals():
            train(network, self.batches, self.training.epochs, [metrics, *listeners, keeper], skip=done)
        save(network, self.folder / MODEL)
        (self.folder / CHECKPOINT).unlink(missing_ok=True)
        return network

    def evaluate(self, network: Network) -> Any:
        """Figures on the test part, None without one."""
        return evaluate(network, self.data.test) if self.data.test is not None else None

    def _start(self) -> tuple[Network, int]:
        for name in (CHECKPOINT, MODEL):
            path = self.folder / name
            if path.exists():
                network = load(path)
                done = _progress(path)
                self._cut_metrics(network.iteration)
                return network, done
        network = Network(self.spec.network)
        network.normalizer = self.data.normalizer
        network.labels = list(self.data.train.class_names)
        self._cut_metrics(0)
        return network, 0

    def _cut_metrics(self, iteration: int) -> None:
        """Drops lines of steps that will be made again."""
        path = self.folder / METRICS
        if path.exists():
            lines = [line for line in path.read_text().splitlines(keepends=True) if _before(line, iteration)]
            write_bytes(path, "".join(lines).encode())


def _before(line: str, iteration: int) -> bool:
    try:
        return int(json.loads(line)["iteration"]) < iteration
    except (ValueError, KeyError, TypeError):
        return False  # a line cut off when the process was killed


def _progress(path: Path) -> int:
    archive = read_archive(path)
    try:
        own = json.loads(archive.read("dl4py.json", JSON_LIMIT))
    finally:
        archive.close()
    return int(own.get("batches_done", 0))


class _Metrics(Listener):
    """Writes scores to `metrics.jsonl`."""

    def __init__(self, run: Run) -> None:
        self.every = run.training.log_every
        self.file = open(run.folder / METRICS, "a", encoding="utf-8")  # noqa: SIM115
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


class _Keeper(Listener):
    """Writes checkpoints at the end of epochs, and when a signal asks to stop."""

    def __init__(self, run: Run, done: int) -> None:
        self.run, self.done = run, done
        self.signal = 0
        self.last = time.monotonic()

    @contextmanager
    def watching_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM end the training after the step that is being made."""
        import threading

        if threading.current_thread() is not threading.main_thread():
            yield
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
                hint=f"go on with `dl4py train --resume {self.run.folder}`",
            )

    def epoch(self, network: Network) -> None:
        self.done = 0
        if (
            time.monotonic() - self.last >= self.run.training.checkpoint_seconds
            and network.epoch < self.run.training.epochs
        ):
            self._write(network)

    def _write(self, network: Network) -> None:
        save(network, self.run.folder / CHECKPOINT, more={"batches_done": self.done})
        self.last = time.monotonic()
