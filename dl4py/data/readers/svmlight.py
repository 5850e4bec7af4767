"""Sparse examples in the form of SVMlight and LIBSVM."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.classes import Classes, from_words, one_hot
from dl4py.data.dataset import Dataset
from dl4py.data.files import content, decoded, files_of
from dl4py.data.places import Lines
from dl4py.data.readers.base import Reader, reader
from dl4py.errors import DataError
from dl4py.spec import FilePath, Flag, Size, key

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
FORM = "a line is `label index:value index:value …`"


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
        read = _Read(self)
        for path in files_of(self.path, self.mark("path")):
            read.file(str(path), decoded(content(path, self.mark("path")), str(path)))
        return self.part(read.dataset())


@dataclass
class _Read:
    """What stands in the lines so far: places and values of features, labels as they are written."""

    spec: SvmLight
    files: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    labels: list[list[str]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def file(self, name: str, text: str) -> None:
        """All examples of one file."""
        self.files.append(name)
        self.starts.append(len(self.lines))
        for number, line in enumerate(text.split("\n"), start=1):
            line = line.partition("#")[0]
            if line.strip():
                self._example(f"{name}:{number}", line)
                self.lines.append(number)

    def _example(self, at: str, line: str) -> None:
        words = line.split()
        has_label = ":" not in words[0]
        self.labels.append([label for label in words[0].split(",") if label] if has_label else [])
        row, seen = len(self.lines), set()
        for word in words[has_label:]:
            if word.startswith("qid:"):
                continue
            column = self._feature(at, word)
            if column in seen:
                raise DataError(f"{at}: feature {word.partition(':')[0]} stands twice", hint=FORM)
            seen.add(column)
            self.rows.append(row)
            self.columns.append(column)

    def _feature(self, at: str, word: str) -> int:
        """The column of a feature; its value is kept."""
        index, colon, value = word.partition(":")
        if not colon or not index.isdecimal() or not NUMBER.fullmatch(value):
            raise DataError(f"{at}: expected index:value, found `{word[:60]}`", hint=FORM)
        number = float(np.float32(value)) if abs(float(value)) < 3.4e38 else np.inf
        if not np.isfinite(number):
            raise DataError(f"{at}: {word[:60]} is too large for single precision, which reaches to 3.4e38")
        first = 0 if self.spec.zero_based else 1
        last = self.spec.n_features - 1 + first
        if not first <= int(index) <= last:
            raise DataError(
                f"{at}: feature {index}, expected {first} to {last}",
                hint="`n_features` gives their number, `zero_based` says where they begin",
            )
        self.values.append(number)
        return int(index) - first

    def dataset(self) -> Dataset:
        """Everything as arrays."""
        n = len(self.lines)
        if n == 0:
            raise DataError(f"{self.spec.path} holds no examples", at=self.spec.mark("path"), hint=FORM)
        x = np.zeros((n, self.spec.n_features), np.float32)
        x[self.rows, self.columns] = self.values
        place = Lines(tuple(self.files), tuple(self.starts), np.array(self.lines))
        labels, names = self._targets(place)
        return Dataset((x,), labels, names, place)

    def _targets(self, place: Lines) -> tuple[tuple[np.ndarray, ...], tuple[str, ...]]:
        """The array of labels, if there are any, and the names of the classes."""
        spec = self.spec
        if spec.multilabel:
            y, names = self._several(place)
            return (y,), names
        counts = list(map(len, self.labels))
        odd = next((i for i, count in enumerate(counts) if count != counts[0]), None)
        if odd is not None:
            raise DataError(
                f"{place(odd)}: {_count(counts[odd])}, the first example has {counts[0]}",
                hint="write `multilabel: true` where their number varies",
            )
        if counts[0] == 0:
            return (), ()
        if spec.regression:
            rows = [[_number(word, place(i)) for word in words] for i, words in enumerate(self.labels)]
            return (np.array(rows, np.float32),), ()
        if counts[0] > 1:
            raise DataError(
                f"{place(0)}: {_count(counts[0])}, expected one class",
                hint="write `multilabel: true` or `regression: true`",
            )
        numbers, names = classes_of([_plain(words[0]) for words in self.labels], spec.classes, place)
        return (one_hot(numbers, len(names)),), names

    def _several(self, place: Lines) -> tuple[np.ndarray, tuple[str, ...]]:
        """``y[i, c] = 1`` for each label c of example i."""
        given = self.spec.classes
        first = 0 if self.spec.zero_based_labels else 1
        names = given if isinstance(given, tuple) else tuple(str(first + c) for c in range(given or 0))
        number = {_plain(name): c for c, name in enumerate(names)}
        y = np.zeros((len(self.labels), len(names)), np.float32)
        for i, words in enumerate(self.labels):
            for word in map(_plain, words):
                if word not in number:
                    raise DataError(
                        f"{place(i)}: the label `{word}` is none of the classes",
                        hint=f"classes: {names[0]} to {names[-1]}; `zero_based_labels` says where numbers begin",
                    )
                y[i, number[word]] = 1.0
        return y, names


def classes_of(words: list[str], given: Classes, place: Lines) -> tuple[np.ndarray, tuple[str, ...]]:
    """Numbers and names of classes; labels such as -1 and 1, or 1 to 3, are names in the order of their values."""
    if isinstance(given, tuple):
        return from_words(words, tuple(map(_plain, given)), place)[0], given
    if given is None and all(re.fullmatch(r"-?\d+", word) for word in words):
        names = tuple(sorted(set(words), key=int))
        if len(names) >= max(1000, len(words)):
            raise DataError(
                f"{place(0)}: {len(names)} different labels of {len(words)} examples",
                hint="give `classes`, or write `regression: true`",
            )
        return from_words(words, names, place)
    return from_words(words, given, place)


def _plain(word: str) -> str:
    """`+1` and `1.0` are the label `1`."""
    if not NUMBER.fullmatch(word):
        return word
    value = float(word)
    return str(int(value)) if value.is_integer() else str(value)


def _number(word: str, at: str) -> float:
    if not NUMBER.fullmatch(word) or abs(float(word)) > 3.4e38:
        raise DataError(f"{at}: the label must be a number, found `{word[:60]}`", hint=FORM)
    return float(word)


def _count(labels: int) -> str:
    return f"{labels} label{'s' if labels != 1 else ''}"
