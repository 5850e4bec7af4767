"""A run: one training with its folder of resolved spec, metrics, checkpoint and model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dl4py.atomic import write_text
from dl4py.data.config import DataConfig
from dl4py.data.iterator import BatchIterator
from dl4py.errors import InvalidValue, ModelFileError
from dl4py.evaluation.judging import Wanted, judge
from dl4py.formats.model import load, save
from dl4py.network.network import Network
from dl4py.spec.bind import Spec, bind
from dl4py.spec.source import Source
from dl4py.spec.write import write
from dl4py.training.checkpoints import Checkpoints, batches_done
from dl4py.training.config import TrainingConfig
from dl4py.training.folder import BEST, CHECKPOINT, LAST, METRICS, MODEL, SPEC
from dl4py.training.loop import Listener, train
from dl4py.training.metrics import Metrics, cut
from dl4py.training.pretraining import pretrain
from dl4py.training.profile import Profile
from dl4py.training.stopper import Stopper

Judging = Callable[[Network, Any, Sequence[Wanted]], list[Any]]


def batches_of(spec: Spec, data: Any) -> BatchIterator:
    """The batches of the training part, as the sections `data` and `training` say."""
    config, training = spec.data, spec.training
    keys = config.seed, config.shuffle, data.normalizer, training.drop_last, config.workers
    return BatchIterator(data.train, training.batch_size, *keys)


class Run:
    """One training in its folder.

    `data` is that of the spec where it is open already, `judging` gives the figures of a network on a part of it.
    """

    def __init__(self, folder: Path, spec: Spec, data: Any = None, judging: Judging = judge) -> None:
        self.folder, self.spec, self.judging = folder, spec, judging
        self.stopper: Stopper | None = None
        self.training: TrainingConfig = spec.training
        config: DataConfig = spec.data
        self.data: Any = data or config.open()
        if self.training.early_stopping is not None and self.data.validation is None:
            raise InvalidValue(
                "early stopping judges the validation part, and there is none",
                at=self.training.mark("early_stopping"),
                hint="`data: {split: {validation: 0.1}}`",
            )
        self.batches = batches_of(spec, self.data)

    @classmethod
    def resume(cls, folder: Path) -> Run:
        """The run of an earlier folder."""
        return cls(folder, cls.spec_of(folder))

    @classmethod
    def spec_of(cls, folder: Path) -> Spec:
        """The spec of an earlier run."""
        if not (folder / SPEC).exists():
            raise ModelFileError(
                f"{folder} is no run folder: `{SPEC}` is missing", hint="name the folder that `train` printed"
            )
        return bind(Source.read(folder / SPEC))

    def train(self, listeners: Sequence[Listener] = (), profile: Profile | None = None) -> Network:
        """Trains to the end, from the last checkpoint if there is one, and writes the model.

        A `profile` counts where the time goes.
        """
        network, done = self._start()
        if not (self.folder / SPEC).exists():
            write_text(self.folder / SPEC, write(self.spec, absolute=True))
        training = self.training
        if network.iteration == 0 and done == 0:
            pretrain(network, self.batches, training.pretrain_epochs)
        keeper = Checkpoints(self.folder, training.checkpoint_seconds, training.epochs, done)
        with Metrics(self.folder / METRICS, training.log_every) as metrics, keeper.watching_signals():
            batches, told = self.batches, [metrics, *listeners, *self.watching(network), keeper]
            if profile is not None:
                batches, told = replace(batches, waits=profile.waits), profile.watch(network, told)
            try:
                train(network, batches, training.epochs, told, skip=done)
            finally:
                if profile is not None:
                    profile.unwatch()
        return self.concluded(network)

    def watching(self, network: Network) -> list[Listener]:
        """Early stopping, where the spec asks for it; it knows what was found before this network."""
        config = self.training.early_stopping
        if config is None:
            return []
        wanted = Wanted.of(network, config.judgement(), config.output or 0)
        self.stopper = Stopper(config, self.folder, lambda it: self.judging(it, self.data.validation, [wanted])[0])
        self.stopper.resume(network.epoch)
        return [self.stopper]

    def concluded(self, network: Network) -> Network:
        """Writes the model: the network, or that of the best epoch, which is handed back."""
        if self.stopper is not None and self.stopper.config.save_last_model:
            save(network, self.folder / LAST)
        if (best := self.folder / BEST).exists():
            network = load(best)
            best.replace(self.folder / MODEL)
        else:
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
        return self.evaluate_all(network, [output])[0] if self.data.test is not None else None

    def evaluate_all(self, network: Network, outputs: Sequence[int | str]) -> list[Any]:
        """Figures of several outputs on the test part; nothing without one."""
        if self.data.test is None:
            return []
        return self.judging(network, self.data.test, [Wanted.of(network, None, output) for output in outputs])

    def _start(self) -> tuple[Network, int]:
        for name in (CHECKPOINT, MODEL):
            path = self.folder / name
            if path.exists():
                network = load(path)
                cut(self.folder / METRICS, network.iteration)
                return network, batches_done(path)
        cut(self.folder / METRICS, 0)
        return self.fresh(), 0
