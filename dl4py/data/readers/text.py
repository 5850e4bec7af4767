"""Text for models that guess the next character."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.characters import Vocabulary, one_hot
from dl4py.data.dataset import Dataset
from dl4py.data.files import content, decoded, files_of
from dl4py.data.places import Lines
from dl4py.data.readers.base import Reader, reader
from dl4py.data.room import room
from dl4py.errors import DataError
from dl4py.spec import FilePath, Size, key


@reader("text")
class Text(Reader):
    """Pieces of text, a step for each character; the label of a step is the character after it.

    Features and labels `[n, characters, length]` with a 1 for the character. Characters at the end of a file that do
    not fill a piece are left out. The vocabulary goes into the model's zip, where `dl4py sample` finds it.
    """

    path: FilePath = key("File, folder of files, or pattern such as `*.txt`.")
    length: Size = key("Steps of a piece.", default=100)
    step: Size | None = key("Characters from one beginning to the next; `length` when absent.", default=None)
    vocabulary: str | None = key(
        "All characters in order; those of the training text in the order of Unicode when absent.",
        default=None,
        min_length=1,
    )
    unknown: Literal["error", "drop"] = key("What to do with a character outside the vocabulary.", default="error")
    encoding: str = key("Encoding of the text.", default="utf-8")

    @field_validator("vocabulary")
    @classmethod
    def _once_each(cls, value: str | None, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("classes") is not None:
            raise PydanticCustomError("vocabulary_classes", "`vocabulary` and `classes` both list the characters")
        if value is not None and len(set(value)) < len(value):
            twice = next(c for c in value if value.count(c) > 1)
            raise PydanticCustomError("vocabulary_twice", "the character {twice} stands twice", {"twice": repr(twice)})
        return value

    def load(self) -> Dataset:
        at = self.mark("path")
        files = tuple(map(str, paths := files_of(self.path, at)))
        texts = [decoded(content(p, at), str(p), self.encoding, self.mark("encoding")) for p in paths]
        known = self._known(texts)
        if self.unknown == "drop":
            texts = list(map(known.kept, texts))
        numbers = [known.numbers(text, file) for text, file in zip(texts, files, strict=True)]
        begins = [self._begins(len(text)) for text in texts]
        counts = list(map(len, begins))
        if sum(counts) == 0:
            raise DataError(
                f"{self.path} has {max(map(len, texts))} characters, a piece of {self.length} needs {self.length + 1}",
                at=self.mark("length"),
                hint="take a smaller `length`",
            )
        place = Lines(files, tuple(np.cumsum([0, *counts[:-1]]).tolist()), _lines(texts, begins))
        shape = (sum(counts), len(known), self.length)
        x, y = (
            one_hot(
                np.concatenate(
                    [_windows(part, first + shift, self.length) for part, first in zip(numbers, begins, strict=True)]
                ),
                room(shape),
            )
            for shift in (0, 1)
        )
        return self.part(Dataset((x,), (y,), known.characters, place))

    def _known(self, texts: list[str]) -> Vocabulary:
        if isinstance(self.classes, tuple):
            return Vocabulary(self.classes)
        known = Vocabulary(self.vocabulary) if self.vocabulary else Vocabulary.of(texts)
        if self.classes is not None and self.classes != len(known):
            raise DataError(
                f"{self.path} has {len(known)} different characters, `classes` says {self.classes}",
                at=self.mark("classes"),
            )
        return known

    def _begins(self, characters: int) -> np.ndarray:
        return np.arange(0, max(0, characters - self.length), self.step or self.length)


def _windows(numbers: np.ndarray, begins: np.ndarray, length: int) -> np.ndarray:
    """`length` numbers from each beginning; `[beginnings, length]`."""
    return numbers[begins[:, None] + np.arange(length)]


def _lines(texts: list[str], begins: list[np.ndarray]) -> np.ndarray:
    """The line at which each piece begins."""
    lines = [
        np.searchsorted(np.array([i for i, c in enumerate(text) if c == "\n"]), first) + 1
        for text, first in zip(texts, begins, strict=True)
    ]
    return np.concatenate(lines)
