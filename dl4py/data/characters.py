"""Characters as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from dl4py.errors import DataError


class Vocabulary:
    """The characters that a model knows, each with its number: its place in the list."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = tuple(characters)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Vocabulary:
        """The characters of some texts, in the order of Unicode."""
        return cls(sorted(set().union(*texts)))

    def __len__(self) -> int:
        return len(self.characters)

    @cached_property
    def _number(self) -> dict[str, int]:
        return {character: i for i, character in enumerate(self.characters)}

    def kept(self, text: str) -> str:
        """The text without the characters that have no number."""
        return "".join(character for character in text if character in self._number)

    def numbers(self, text: str, name: str) -> np.ndarray:
        """The number of each character; `DataError` at line and column of one that has none."""
        try:
            return np.array([self._number[character] for character in text], np.int64)
        except KeyError as error:
            unknown = str(error.args[0])
        before = text[: text.index(unknown)]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        raise DataError(
            f"{name}:{line}:{column}: the character {unknown!r} is not in the vocabulary of {len(self)}",
            hint="`unknown: drop` leaves such characters out",
        )

    def text(self, numbers: Sequence[int] | np.ndarray) -> str:
        """Characters of numbers."""
        return "".join(self.characters[int(i)] for i in numbers)


def one_hot(numbers: np.ndarray, out: np.ndarray) -> np.ndarray:
    """``out[i, c, t] = 1`` where step t of example i is character c, in an `out` `[n, size, time]` of zeros."""
    np.put_along_axis(out, numbers[:, None, :], 1, axis=1)
    return out
