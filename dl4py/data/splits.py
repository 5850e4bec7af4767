"""Training, validation and test parts of one source."""

from __future__ import annotations

import numpy as np

from dl4py.data.dataset import Dataset
from dl4py.errors import DataError
from dl4py.spec import Flag, Number, Thing, key


class Split(Thing):
    """How examples are dealt out; a number below 1 is a share, a whole number a count."""

    test: Number = key("Examples of the test part: a share below 1, or a count.", default=0.0, ge=0)
    validation: Number = key("Examples of the validation part: a share below 1, or a count.", default=0.0, ge=0)
    shuffle: Flag = key("Deal in random order; otherwise the last examples are the test part.", default=True)
    stratified: Flag = key("Keep the shares of the classes in every part.", default=False)
    seed: int = key("Seed of the random order.", default=12345)

    def parts(self, data: Dataset) -> tuple[Dataset, Dataset | None, Dataset | None]:
        """Training, validation and test part; None for a part of no examples."""
        n = len(data)
        test, validation = (
            self._count(n, share, name) for share, name in ((self.test, "test"), (self.validation, "validation"))
        )
        if test + validation >= n:
            raise DataError(
                f"the split takes {test} + {validation} of {n} examples, so none is left to train on",
                at=self.mark(),
                hint="take less for `test` and `validation`",
            )
        order = self._order(data)
        train = order[: n - test - validation]
        middle = order[n - test - validation : n - test]
        last = order[n - test :]
        return (
            data.rows(train if self.shuffle else slice(0, len(train))),
            data.rows(middle) if validation else None,
            data.rows(last) if test else None,
        )

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

    def _order(self, data: Dataset) -> np.ndarray:
        n = len(data)
        if not self.shuffle:
            return np.arange(n)
        generator = np.random.Generator(np.random.Philox(self.seed))
        order = generator.permutation(n)
        if not self.stratified:
            return order
        labels = data.labels[0]
        classes = labels.argmax(axis=1) if labels.ndim > 1 and labels.shape[1] > 1 else labels.reshape(-1)
        place = np.empty(n)
        for value in np.unique(classes):  # spread the examples of each class evenly over the order
            members = order[classes[order] == value]
            place[members] = (np.arange(len(members)) + 0.5) / len(members)
        return np.argsort(place, kind="stable")
