"""Tables of Apache Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.classes import from_words, one_hot
from dl4py.data.dataset import Dataset
from dl4py.data.files import files_of
from dl4py.data.places import Numbered
from dl4py.data.readers.base import Reader, reader
from dl4py.errors import DataError, DL4PyError
from dl4py.spec import FilePath, Flag, Names, key

PLAIN = (
    "float",
    "double",
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
)  # as Arrow has them


@reader("parquet")
class Parquet(Reader):
    """One example a row; columns of numbers, or of lists of numbers that are equally long in all rows.

    Features `[n, columns]`, lists side by side; labels `[n, classes]` with a 1 for the class, or `[n, columns]` as they
    are where there are several columns or `regression` is set. On one machine it needs pyarrow; executors read without.

    https://parquet.apache.org/docs/file-format.
    """

    path: FilePath = key("File, folder of files, or pattern such as `part-*.parquet`.")
    labels: Names | None = key("Names of the label columns; none when absent.", default=None)
    features: Names | None = key("Names of the feature columns; all others when absent.", default=None)
    regression: Flag = key("Labels are numbers, not classes.", default=False)

    @field_validator("regression")
    @classmethod
    def _has_labels(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("classes") is not None:
            raise PydanticCustomError(
                "regression_classes", "`classes` are for labels that `regression` says are numbers"
            )
        if value and info.data.get("labels", ()) is None:
            raise PydanticCustomError("regression_labels", "a regression needs `labels`, the columns to learn")
        return value

    @property
    def classified(self) -> bool:
        """Whether labels are classes."""
        return len(self.labels or ()) == 1 and not self.regression

    def columns(self, names: Sequence[str], where: str) -> tuple[list[str], list[str]]:
        """The columns of features, and of labels, of a table with columns of these names."""
        labels = list(self.labels or ())
        features = [name for name in names if name not in labels] if self.features is None else list(self.features)
        for key_name, wanted in (("features", features), ("labels", labels)):
            for name in wanted:
                if name not in names:
                    raise DataError(
                        f"{where} has no column `{name}`", at=self.mark(key_name), hint=f"columns: {', '.join(names)}"
                    )
        for name in features:
            if name in labels:
                raise DataError(f"column `{name}` is a feature and a label", at=self.mark("features"))
        if not features:
            raise DataError(f"{where} has no column left for features", at=self.mark("labels"))
        return features, labels

    def load(self) -> Dataset:
        try:
            import pyarrow.parquet as tables
        except ImportError:
            raise DL4PyError(
                "reading Parquet on one machine needs the package pyarrow",
                at=self.mark(),
                hint="pip install 'dl4py[parquet]'; executors of Spark read it without: `spark: {read_by: executors}`",
            ) from None
        at = self.mark("path")
        xs: list[np.ndarray] = []
        ys: list[np.ndarray] = []
        words: list[str] = []
        for path in files_of(self.path, at):
            try:
                table = tables.read_table(path, memory_map=True)
            except (OSError, ValueError) as error:
                raise DataError(f"{path} cannot be read as Parquet: {error}", at=at) from None
            features, labels = self.columns(table.column_names, str(path))
            xs.append(np.hstack([_numbers(table[name], name, str(path)) for name in features]))
            if self.classified:
                words += words_of(table[labels[0]].to_pylist(), labels[0], str(path))
            elif labels:
                ys.append(np.hstack([_numbers(table[name], name, str(path)) for name in labels]))
        if not sum(map(len, xs)):
            raise DataError(f"{self.path} holds no examples", at=at)
        place = Numbered(f"{self.path}: row")
        if self.classified:
            numbers, names = from_words(words, self.classes, place)
            return self.part(Dataset((np.concatenate(xs),), (one_hot(numbers, len(names)),), names, place))
        return self.part(Dataset((np.concatenate(xs),), (np.concatenate(ys),) if ys else (), (), place))


def _numbers(column: Any, name: str, where: str) -> np.ndarray:
    """A column as `[rows, 1]`, or `[rows, length]` of lists; plain numbers never become objects of Python."""
    if column.null_count == 0 and str(column.type) in PLAIN:
        return finite(column.to_numpy().astype(np.float32), name, where)
    return numbers_of(column.to_pylist(), name, where)


def numbers_of(values: Sequence[Any], name: str, where: str) -> np.ndarray:
    """Values of a column, numbers or lists of them, as `[rows, length]` in single precision."""
    if any(value is None for value in values):
        row = next(i for i, value in enumerate(values) if value is None)
        raise DataError(f"{where}: column `{name}` has no value in row {row}", hint="drop or fill such rows first")
    try:
        array = np.array([v.toArray() if hasattr(v, "toArray") else v for v in values], np.float32)
    except (TypeError, ValueError):
        raise DataError(
            f"{where}: column `{name}` holds no numbers, or lists of different lengths",
            hint="choose columns of numbers with `features`",
        ) from None
    return finite(array, name, where)


def finite(array: np.ndarray, name: str, where: str) -> np.ndarray:
    """Numbers of a column as `[rows, length]`, none of them infinite."""
    if not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array))[0][0])
        raise DataError(f"{where}: column `{name}` is not finite in row {row}")
    return array.reshape(len(array), -1)


def words_of(values: Sequence[Any], name: str, where: str) -> list[str]:
    """The labels of a column as words."""
    if any(value is None for value in values):
        row = next(i for i, value in enumerate(values) if value is None)
        raise DataError(f"{where}: column `{name}` has no value in row {row}", hint="drop such rows first")
    return [str(value) for value in values]
