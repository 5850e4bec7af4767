"""Training, validation and test parts of one source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.dataset import Dataset
from dl4py.errors import DataError
from dl4py.spec import Flag, Number, Thing, key

WORD = 2**64 - 1
Share = Annotated[Number, AfterValidator(lambda value: int(value) if value >= 1 and value.is_integer() else value)]


class Split(Thing):
    """How examples are dealt out; a number below 1 is a share, a whole number a count.

    The order comes from a Philox generator with the seed, so the same spec gives the same parts on any machine.
    """

    test: Share = key("Examples of the test part: a share below 1, or a count.", default=0.0, ge=0)
    validation: Share = key("Examples of the validation part: a share below 1, or a count.", default=0.0, ge=0)
    shuffle: Flag = key("Deal in random order; otherwise the last examples are the test part.", default=True)
    stratified: Flag = key("Keep the shares of the classes in every part.", default=False)
    seed: int = key("Seed of the random order.", default=12345)

    @field_validator("stratified")
    @classmethod
    def _shuffled(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("shuffle") is False:
            raise PydanticCustomError("split_order", "`stratified` deals in random order, `shuffle: false` forbids it")
        return value

    def parts(self, data: Dataset) -> tuple[Dataset, Dataset | None, Dataset | None]:
        """Training, validation and test part; None for a part of no examples."""
        train, middle, last = self.numbers(len(data), lambda: self._classes(data))
        return (
            data.rows(train if self.shuffle else slice(0, len(train))),
            data.at_rest().rows(middle) if len(middle) else None,
            data.at_rest().rows(last) if len(last) else None,
        )

    def numbers(self, n: int, classes: Callable[[], np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which of n examples go to training, validation and test part, in the order of each; `classes` are theirs."""
        test, validation = (
            self._count(n, share, name) for share, name in ((self.test, "test"), (self.validation, "validation"))
        )
        if test + validation >= n:
            raise DataError(
                f"the split takes {test} + {validation} of {n} examples, so none is left to train on",
                at=self.mark(),
                hint="take less for `test` and `validation`",
            )
        order = self._order(n, classes)
        return order[: n - test - validation], order[n - test - validation : n - test], order[n - test :]

    def _count(self, n: int, share: float, name: str) -> int:
        if 0 < share < 1:
            return max(1, round(n * share))
        if share != int(share):
            raise DataError(
                f"`{name}: {share:g}` is neither a share below 1 nor a count",
                at=self.mark(name),
                hint="for example 0.2, or 30",
            )
        return int(share)

    def _order(self, n: int, classes_of: Callable[[], np.ndarray]) -> np.ndarray:
        if not self.shuffle:
            return np.arange(n)
        order = np.random.Generator(np.random.Philox(self.seed & WORD)).permutation(n)
        if not self.stratified:
            return order
        classes = classes_of()
        place = np.empty(n)
        for value in np.unique(classes):  # spread the examples of each class evenly over the order
            members = order[classes[order] == value]
            place[members] = (np.arange(len(members)) + 0.5) / len(members)
        return np.argsort(place, kind="stable")

    def _classes(self, data: Dataset) -> np.ndarray:
        return self.classes_in(data.labels[0] if data.labels else np.empty((0, 0)))

    def classes_in(self, labels: np.ndarray) -> np.ndarray:
        """The class of each example; refuses labels that are none."""
        if labels.ndim == 2 and np.isin(labels, (0, 1)).all() and labels.size:
            return labels.argmax(axis=1) if labels.shape[1] > 1 else labels[:, 0]
        raise DataError(
            "a stratified split needs labels that are classes, one to an example",
            at=self.mark("stratified"),
            hint="leave `stratified` out",
        )
