"""Sparse examples in the form of SVMlight and LIBSVM."""

from __future__ import annotations

import re

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.classes import Classes, from_words, one_hot
from dl4py.data.dataset import Dataset
from dl4py.data.files import content, decoded, files_of
from dl4py.data.places import Lines, Place
from dl4py.data.readers.base import Reader, reader
from dl4py.data.sparse import FORM, SparseLines, number, plain
from dl4py.errors import DataError
from dl4py.spec import FilePath, Flag, Size, key

Labels = list[list[str]]
Targets = tuple[tuple[np.ndarray, ...], tuple[str, ...]]


@reader("svmlight", java="org.datavec.api.records.reader.impl.misc.SVMLightRecordReader")
class SvmLight(Reader):
    """One example a line, `label index:value …`; what is not written is 0. `#` begins a comment, `qid:` is passed over.

    Features `[n, n_features]`; labels `[n, classes]` with a 1 for the class, with several where a line lists them
    (`2,5`), or `[n, labels]` as they are with `regression`; none where lines begin with features. Classes are the
    labels that occur, in the order of their values, unless `classes` gives their number (labels count from 0) or lists
    them.

    Joachims, "Making large-scale SVM learning practical", 1999, http://svmlight.joachims.org.
    """

    path: FilePath = key("File, folder of files, or pattern such as `part-*.txt`.")
    n_features: Size = key("Number of features.")
    zero_based: Flag = key("Features count from 0, as in DL4J; in most files they count from 1.", default=True)
    regression: Flag = key("Labels are numbers, not classes.", default=False)
    multilabel: Flag = key("A line may have several labels, separated by commas, or none.", default=False)
    zero_based_labels: Flag = key("Labels of a multilabel file count from 0; in DL4J from 1.", default=False)

    @field_validator("regression")
    @classmethod
    def _without_classes(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("classes") is not None:
            raise PydanticCustomError(
                "regression_classes", "`classes` are for labels that `regression` says are numbers"
            )
        return value

    @field_validator("multilabel")
    @classmethod
    def _of_classes(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("regression"):
            raise PydanticCustomError("multilabel_regression", "`multilabel` is for classes, `regression` for numbers")
        if value and info.data.get("classes") is None:
            raise PydanticCustomError("multilabel_classes", "`multilabel` needs `classes`, their number or their names")
        return value

    def load(self) -> Dataset:
        read = SparseLines(self.n_features, 0 if self.zero_based else 1)
        for path in files_of(self.path, self.mark("path")):
            read.file(str(path), decoded(content(path, self.mark("path")), str(path)))
        if not read.lines:
            raise DataError(f"{self.path} holds no examples", at=self.mark("path"), hint=FORM)
        labels, names = self.targets(read.labels, read.place)
        return self.part(Dataset((read.dense(),), labels, names, read.place))

    def targets(self, labels: Labels, place: Lines) -> Targets:
        """The array of labels, if there are any, and the names of the classes."""
        return self._several(labels, place) if self.multilabel else self._targets(labels, place)

    def _targets(self, labels: Labels, place: Lines) -> Targets:
        counts = list(map(len, labels))
        odd = next((i for i, count in enumerate(counts) if count != counts[0]), None)
        if odd is not None:
            raise DataError(
                f"{place(odd)}: {_count(counts[odd])}, the first example has {counts[0]}",
                hint="write `multilabel: true` where their number varies",
            )
        if counts[0] == 0:
            return (), ()
        if self.regression:
            rows = [[number(word, place(i)) for word in words] for i, words in enumerate(labels)]
            return (np.array(rows, np.float32),), ()
        if counts[0] > 1:
            raise DataError(
                f"{place(0)}: {_count(counts[0])}, expected one class",
                hint="write `multilabel: true` or `regression: true`",
            )
        numbers, names = classes_of([plain(words[0]) for words in labels], self.classes, place)
        return (one_hot(numbers, len(names)),), names

    def _several(self, labels: Labels, place: Lines) -> Targets:
        """``y[i, c] = 1`` for each label c of example i."""
        given = self.classes
        first = 0 if self.zero_based_labels else 1
        names = given if isinstance(given, tuple) else tuple(str(first + c) for c in range(given or 0))
        column = {plain(name): c for c, name in enumerate(names)}
        y = np.zeros((len(labels), len(names)), np.float32)
        for i, words in enumerate(labels):
            for word in map(plain, words):
                if word not in column:
                    raise DataError(
                        f"{place(i)}: the label `{word}` is none of the classes",
                        hint=f"classes: {names[0]} to {names[-1]}; `zero_based_labels` says where numbers begin",
                    )
                y[i, column[word]] = 1.0
        return (y,), names


def classes_of(words: list[str], given: Classes, place: Place, examples: int = 0) -> tuple[np.ndarray, tuple[str, ...]]:
    """Numbers and names of classes; labels such as -1 and 1, or 1 to 3, are names in the order of their values.

    `examples` is their number where `words` are only the different ones.
    """
    if isinstance(given, tuple):
        return from_words(words, tuple(map(plain, given)), place)[0], given
    if given is None and all(re.fullmatch(r"-?\d+", word) for word in words):
        names = tuple(sorted(set(words), key=int))
        if len(names) >= max(1000, examples, len(words)):
            raise DataError(
                f"{place(0)}: {len(names)} different labels of {max(examples, len(words))} examples",
                hint="give `classes`, or write `regression: true`",
            )
        return from_words(words, names, place)
    return from_words(words, given, place, examples)


def _count(labels: int) -> str:
    return f"{labels} label{'s' if labels != 1 else ''}"
