"""The steps of sequences as their files hold them: numbers of features, numbers or words of labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dl4py.data.classes import Classes, from_words, one_hot
from dl4py.data.places import Lines
from dl4py.data.table import DROP, Block, Table
from dl4py.errors import DataError


@dataclass(eq=False)
class Steps:
    """One column of a data set, file by file: `values[i]` are the steps of sequence i."""

    words: bool = False
    files: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    lines: list[list[int]] = field(default_factory=list)

    def add(self, table: Table, blocks: list[Block], columns: list[int]) -> None:
        """The steps of one file: the words of a column, or the numbers of several."""
        self.files.append(table.file)
        self.lines.append([line for block in blocks for line in block.lines])
        if self.words:
            self.values.append([word for block in blocks for word in block.words(columns[0])])
        else:
            self.values.append(_numbers(blocks, columns))

    @property
    def lengths(self) -> list[int]:
        """Steps of each sequence."""
        return list(map(len, self.values))

    def keep_one(self) -> None:
        """One step of each sequence, which must all be the same."""
        for i, (values, lines) in enumerate(zip(self.values, self.lines, strict=True)):
            for value, line in zip(values, lines, strict=True):
                if not np.array_equal(value, values[0]):
                    raise DataError(
                        f"{self.files[i]}:{line}: the label `{_shown(value)}` differs from the first, "
                        f"`{_shown(values[0])}`; a sequence has one",
                        hint="leave `label_per` out where each step has its own label",
                    )
            self.values[i], self.lines[i] = values[:1], lines[:1]

    def arrays(self, classes: Classes) -> tuple[list[np.ndarray], tuple[str, ...]]:
        """Steps `[steps, columns or classes]` of each sequence, and the names of the classes."""
        if not self.words:
            return self.values, ()
        ends = np.cumsum(self.lengths)
        starts = tuple((ends - self.lengths).tolist())
        place = Lines(tuple(self.files), starts, np.concatenate(self.lines))
        numbers, names = from_words([word for words in self.values for word in words], classes, place)
        return np.split(one_hot(numbers, len(names)), ends[:-1]), names


def _numbers(blocks: list[Block], columns: list[int]) -> np.ndarray:
    try:
        return np.concatenate([block.numbers(columns) for block in blocks])
    except DataError as error:
        if error.hint == DROP:  # a key of tables: a sequence cannot do without a step
            error.hint = "fill the gap: a sequence needs all its steps"
        raise


def _shown(label: Any) -> str:
    return label if isinstance(label, str) else ", ".join(f"{value:g}" for value in label)
