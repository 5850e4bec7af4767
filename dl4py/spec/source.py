"""Where a text came from, and places inside it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

SIZE_LIMIT = 8 << 20
BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # where YAML ends a line


@dataclass(frozen=True)
class Source:
    """A text, the name it is quoted under, and the folder of its file (None without a file)."""

    name: str
    text: str = field(repr=False)
    folder: Path | None = None

    @classmethod
    def read(cls, path: str | Path) -> Source:
        """The text of a UTF-8 file; `-` is standard input."""
        if str(path) == "-":
            return cls("<stdin>", _decoded(sys.stdin.buffer.read(SIZE_LIMIT + 1), "<stdin>"))
        path = Path(path)
        return cls(str(path), _decoded(_read(path), str(path)), path.resolve().parent)

    def line(self, number: int) -> str:
        """The text of line `number`, counted from 0."""
        lines = _lines(self.text)
        return lines[number] if 0 <= number < len(lines) else ""


@lru_cache(maxsize=4)
def _lines(text: str) -> list[str]:
    """The lines of a text, split once: the parser asks for one with each scalar."""
    return BREAK.split(text)


def _read(path: Path) -> bytes:
    from dl4py.errors import SpecError

    if path.is_dir():
        raise SpecError(f"{path} is a folder, not a spec", hint="name the YAML file inside")
    try:
        with open(path, "rb") as file:
            return file.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        from difflib import get_close_matches

        folder = path.parent if path.parent.is_dir() else Path(".")
        near = get_close_matches(path.name, [p.name for p in folder.iterdir()], n=1)
        hint = f"did you mean `{path.with_name(near[0])}`?" if near else "check the path"
        raise SpecError(f"there is no file {path}", hint=hint) from None
    except OSError as error:
        raise SpecError(f"{path} cannot be read: {error.strerror}") from error


def _decoded(data: bytes, name: str) -> str:
    from dl4py.errors import YamlSyntaxError

    if len(data) > SIZE_LIMIT:
        raise YamlSyntaxError(
            f"{name} is larger than {SIZE_LIMIT >> 20} MiB, which no spec is", hint="is it the right file?"
        )
    if b"\0" in data[:4096] or data[:2] in (b"PK", b"\x89H"):
        raise YamlSyntaxError(f"{name} is a binary file, not a spec", hint="a spec is YAML or JSON text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise YamlSyntaxError(f"{name}:{line} is not UTF-8 text", hint="save the file as UTF-8") from None


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
        line = self.source.line(self.line).replace("\t", " ")
        text, column = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line), self.column
        if len(text) > limit:
            start = max(0, column - limit // 2)
            text, column = text[start : start + limit], column - start
        number = str(self.line + 1)
        pad = " " * len(number)
        width = max(1, min(self.width, len(text) - column))
        return f"{pad} |\n{number} | {text}\n{pad} | {' ' * column}{'^' * width}"
