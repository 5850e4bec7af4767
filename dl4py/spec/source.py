"""Where a text came from, and places inside it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """A text and the name it is quoted under."""

    name: str
    text: str = field(repr=False)

    def line(self, number: int) -> str:
        """The text of line `number`, counted from 0."""
        lines = self.text.split("\n")
        return lines[number].rstrip("\r") if 0 <= number < len(lines) else ""


@dataclass(frozen=True)
class Mark:
    """A place: line and column counted from 0, and the width of the text meant there."""

    source: Source
    line: int
    column: int
    width: int = 1

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line + 1}:{self.column + 1}"

    def excerpt(self, limit: int = 160) -> str:
        """The line with a caret under the place; long lines are cut around it."""
        text, column = self.source.line(self.line).replace("\t", " "), self.column
        if len(text) > limit:
            start = max(0, column - limit // 2)
            text, column = text[start : start + limit], column - start
        number = str(self.line + 1)
        pad = " " * len(number)
        width = max(1, min(self.width, len(text) - column))
        return f"{pad} |\n{number} | {text}\n{pad} | {' ' * column}{'^' * width}"
