"""The section `data` of a spec."""

from __future__ import annotations

from dataclasses import dataclass

from dl4py.data.dataset import Dataset
from dl4py.data.normalizers import Fitted, Normalizer
from dl4py.data.readers import Reader
from dl4py.data.splits import Split
from dl4py.errors import DataError, InvalidValue
from dl4py.spec import Flag, Thing, key
from dl4py.spec.sections import section


@section("data", order=10)
class DataConfig(Thing):
    """Where examples come from and how they are prepared."""

    train: Reader | None = key("Examples to train on.", default=None)
    validation: Reader | None = key("Examples to watch while training.", default=None)
    test: Reader | None = key("Examples to judge by in the end.", default=None)
    split: Split | None = key("Take validation and test part from `train`.", default=None)
    normalizer: Normalizer | None = key("Brings features to a common range; fitted on the training part.", default=None)
    shuffle: Flag = key("New order of the training part in each epoch.", default=True)
    seed: int = key("Seed of the orders.", default=12345)

    def open(self) -> Data:
        """Reads everything; the normalizer is fitted, but not yet applied."""
        if self.train is None:
            raise InvalidValue(
                "there is nothing to train on",
                at=self.mark(),
                hint="add `train:` to `data`, for example {type: csv, path: …}",
            )
        for name in ("test", "validation"):
            if self.split and getattr(self.split, name) and getattr(self, name) is not None:
                raise InvalidValue(
                    f"`{name}` and `split.{name}` both say where the {name} part comes from",
                    at=self.mark(name),
                    hint="keep one of them",
                )
        train = self.train.load()
        validation = test = None
        if self.split:
            train, validation, test = self.split.parts(train)
        if self.validation:
            validation = self.validation.load()
        if self.test:
            test = self.test.load()
        for other in (validation, test):
            if other is not None:
                _same_shapes(train, other)
        fitted = self.normalizer.fit(train) if self.normalizer else None
        return Data(train, validation, test, fitted)


@dataclass(frozen=True)
class Data:
    """The parts of a data section, and the normalizer fitted on the training part."""

    train: Dataset
    validation: Dataset | None
    test: Dataset | None
    normalizer: Fitted | None


def _same_shapes(train: Dataset, other: Dataset) -> None:
    for what, a, b in (("features", train.features, other.features), ("labels", train.labels, other.labels)):
        ours, theirs = ([array.shape[1:] for array in arrays] for arrays in (a, b))
        if ours != theirs:
            raise DataError(
                f"training examples have {what} of shape {ours}, the others {theirs}",
                hint="set `classes` in both readers if labels differ",
            )
