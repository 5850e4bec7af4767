"""A run: one training with its folder of resolved spec, metrics, checkpoint and model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dl4py.atomic import write_text
from dl4py.data.config import Data, DataConfig
from dl4py.data.iterator import BatchIterator
from dl4py.errors import ModelFileError
from dl4py.evaluation.judging import evaluate
from dl4py.formats.model import load, save
from dl4py.network.network import Network
from dl4py.spec.bind import Spec, bind
from dl4py.spec.source import Source
from dl4py.spec.write import write
from dl4py.training.checkpoints import Checkpoints, batches_done
from dl4py.training.config import TrainingConfig
from dl4py.training.folder import CHECKPOINT, METRICS, MODEL, SPEC
from dl4py.training.loop import Listener, train
from dl4py.training.metrics import Metrics, cut
from dl4py.training.profile import Profile


class Run:
    """One training in its folder; `data` is that of the spec where it is open already."""

    def __init__(self, folder: Path, spec: Spec, data: Data | None = None) -> None:
        self.folder, self.spec = folder, spec
        self.training: TrainingConfig = spec.training
        config: DataConfig = spec.data
        self.data = data or config.open()
        self.batches = BatchIterator(
            self.data.train,
            self.training.batch_size,
            config.seed,
            config.shuffle,
            self.data.normalizer,
            self.training.drop_last,
            config.workers,
        )

    @classmethod
    def resume(cls, folder: Path) -> Run:
        """The run of an earlier folder."""
        if not (folder / SPEC).exists():
            raise ModelFileError(
                f"{folder} is no run folder: `{SPEC}` is missing", hint="name the folder that `train` printed"
            )
        return cls(folder, bind(Source.read(folder / SPEC)))

    def train(self, listeners: Sequence[Listener] = (), profile: Profile | None = None) -> Network:
        """Trains to the end, from the last checkpoint if there is one, and writes the model.

        A `profile` counts where the time goes.
        """
        network, done = self._start()
        if not (self.folder / SPEC).exists():
            write_text(self.folder / SPEC, write(self.spec, absolute=True))
        training = self.training
        keeper = Checkpoints(self.folder, training.checkpoint_seconds, training.epochs, done)
        with Metrics(self.folder / METRICS, training.log_every) as metrics, keeper.watching_signals():
            batches, told = self.batches, [metrics, *listeners, keeper]
            if profile is not None:
                batches, told = replace(batches, waits=profile.waits), profile.watch(network, told)
            try:
                train(network, batches, training.epochs, told, skip=done)
            finally:
                if profile is not None:
                    profile.unwatch()
        save(network, self.folder / MODEL)
        (self.folder / CHECKPOINT).unlink(missing_ok=True)
        return network

    def fresh(self) -> Network:
        """The network before its first step, with what its zip keeps of the data."""
        network = Network(self.spec.network)
        network.normalizer = self.data.normalizer
        network.labels = list(self.data.train.class_names)
        network.images = self.data.train.images
        return network

    def evaluate(self, network: Network, output: int | str = 0) -> Any:
        """Figures of an output on the test part, None without one."""
        return evaluate(network, self.data.test, output=output) if self.data.test is not None else None

    def _start(self) -> tuple[Network, int]:
        for name in (CHECKPOINT, MODEL):
            path = self.folder / name
            if path.exists():
                network = load(path)
                cut(self.folder / METRICS, network.iteration)
                return network, batches_done(path)
        cut(self.folder / METRICS, 0)
        return self.fresh(), 0
