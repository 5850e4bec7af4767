"""Lines of sparse examples: `label index:value index:value …`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from dl4py.data.places import Lines
from dl4py.errors import DataError

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
FORM = "a line is `label index:value index:value …`"
LARGEST = 3.4e38


@dataclass
class SparseLines:
    """What stands in the lines so far: places and values of `size` features counted from `first`, labels as written."""

    size: int
    first: int
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
        number = float(value)
        if abs(number) > LARGEST:
            raise DataError(f"{at}: {word[:60]} is too large for single precision, which reaches to 3.4e38")
        if not 0 <= int(index) - self.first < self.size:
            raise DataError(
                f"{at}: feature {index}, expected {self.first} to {self.size - 1 + self.first}",
                hint="`n_features` gives their number, `zero_based` says where they begin",
            )
        self.values.append(number)
        return int(index) - self.first

    def dense(self) -> np.ndarray:
        """All features, `[n, size]`."""
        x = np.zeros((len(self.lines), self.size), np.float32)
        x[self.rows, self.columns] = self.values
        return x

    @property
    def place(self) -> Lines:
        """Where each example was read."""
        return Lines(tuple(self.files), tuple(self.starts), np.array(self.lines))


def plain(word: str) -> str:
    """`+1` and `1.0` are the label `1`."""
    if not NUMBER.fullmatch(word):
        return word
    value = float(word)
    return str(int(value)) if value.is_integer() else str(value)


def number(word: str, at: str) -> float:
    """A label that is a number."""
    if not NUMBER.fullmatch(word) or abs(float(word)) > LARGEST:
        raise DataError(f"{at}: the label must be a number, found `{word[:60]}`", hint=FORM)
    return float(word)
