"""The section `data` of a spec."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.dataset import Dataset
from dl4py.data.normalizers import Fitted, Normalizer
from dl4py.data.readers import Reader
from dl4py.data.splits import Split
from dl4py.errors import DataError, InvalidValue
from dl4py.spec import Count, Flag, Thing, key
from dl4py.spec.sections import section


@section("data", order=10)
class DataConfig(Thing):
    """Where examples come from and how they are prepared."""

    train: Reader | None = key("Examples to train on.", default=None)
    validation: Reader | None = key("Examples to watch while training.", default=None)
    test: Reader | None = key("Examples to judge by in the end.", default=None)
    split: Split | None = key("Take validation and test part from `train`.", default=None)
    normalizer: Normalizer | None = key("Brings features to a common range; fitted on the training part.", default=None)
    reconstruct: Flag = key("Labels are the normalized features: for autoencoders.", default=False)
    shuffle: Flag = key("New order of the training part in each epoch.", default=True)
    seed: int = key("Seed of the orders.", default=12345)
    workers: Count | None = key(
        "Threads that read, decode and change batches ahead of the engine; as many as `--threads` for files when "
        "absent. The numbers are the same.",
        default=None,
    )

    @field_validator("split")
    @classmethod
    def _one_source_each(cls, value: Split | None, info: ValidationInfo) -> Any:
        for name in ("test", "validation"):
            if value is not None and getattr(value, name) and info.data.get(name) is not None:
                raise PydanticCustomError(
                    "two_sources",
                    "`{name}` and `split.{name}` both say where the {name} part comes from",
                    {"name": name},
                )
        if value is not None and not value.test and not value.validation:
            raise PydanticCustomError("split_nothing", "the split takes nothing: give it `test` or `validation`")
        return value

    def open(self) -> Data:
        """Reads everything; the normalizer is fitted on the training part alone, and not yet applied."""
        if self.train is None:
            raise InvalidValue(
                "there is nothing to train on",
                at=self.mark(),
                hint="add `train:` to `data`, for example {type: csv, path: …}",
            )
        train = self.train.load()
        validation = self.validation.beside(train).load().at_rest() if self.validation else None
        test = self.test.beside(train, testing=True).load().at_rest() if self.test else None
        for name, other in (("validation", validation), ("test", test)):
            if other is not None:
                self._check_alike(train, name, other)
        if self.split:
            train, *parts = self.split.parts(train)
            validation, test = validation or parts[0], test or parts[1]
        if self.reconstruct:
            train = train.mirrored()
            validation, test = (part and part.mirrored() for part in (validation, test))
        return Data(train, validation, test, self._fitted(train))

    def _fitted(self, train: Dataset) -> Fitted | None:
        if self.normalizer is None:
            return None
        if train.class_names and getattr(self.normalizer, "fit_labels", False):
            raise InvalidValue(
                "`fit_labels` normalizes the numbers of a regression, these labels are classes",
                at=self.normalizer.mark("fit_labels"),
                hint="leave `fit_labels` out, or write `regression: true` in the reader",
            )
        return self.normalizer.fit(train)

    def _check_alike(self, train: Dataset, name: str, other: Dataset) -> None:
        at = getattr(self, name).mark()
        for what, ours, theirs in (
            ("features", train.features, other.features),
            ("labels", train.labels, other.labels),
        ):
            if (wanted := _shapes(ours)) != (found := _shapes(theirs)):
                raise DataError(f"the {name} part has {what} of {found}, the training part of {wanted}", at=at)
        if train.class_names != other.class_names:
            raise DataError(
                f"the {name} part has the classes {', '.join(other.class_names)}, the training part "
                f"{', '.join(train.class_names)}",
                at=at,
                hint="leave `classes` out where they should be those of the training part",
            )


@dataclass(frozen=True)
class Data:
    """The parts of a data section, and the normalizer fitted on the training part."""

    train: Dataset
    validation: Dataset | None
    test: Dataset | None
    normalizer: Fitted | None


def _shapes(arrays: Any) -> str:
    """Shapes of one example, in words; sequences may differ in length."""
    return ", ".join(_shape(array.shape[1:]) for array in arrays) or "no kind"


def _shape(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} a step" if len(shape) == 2 else " x ".join(map(str, shape))
