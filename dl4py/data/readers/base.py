"""What a reader promises: examples out of files."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from dl4py.data.dataset import Dataset
from dl4py.errors import DataError
from dl4py.registry import Kind
from dl4py.spec import AsTuple, Count, Thing, key

C = TypeVar("C", bound=type)
READERS: Kind[Reader] = Kind("reader", package="dl4py.data.readers")


class Reader(Thing):
    """A source of examples."""

    kind: ClassVar[Kind[Any]] = READERS

    rows: Annotated[tuple[Count, Count] | None, AsTuple] = key(
        "First example and the one after the last, counted from 0; all when absent.", default=None
    )

    def load(self) -> Dataset:
        """All examples; raises `DataError` naming file and line of what cannot be read."""
        raise NotImplementedError

    def part(self, data: Dataset) -> Dataset:
        """The examples that `rows` asks for."""
        if self.rows is None:
            return data
        start, stop = self.rows
        if not start < stop <= len(data):
            raise DataError(
                f"`rows: [{start}, {stop}]` of {len(data)} examples",
                at=self.mark("rows"),
                hint=f"give two numbers from 0 to {len(data)}, the smaller first",
            )
        return data.rows(slice(start, stop))


def reader(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a reader in the table under `type`."""
    return READERS.register(type, java=java)


def content(path: Path) -> bytes:
    """The bytes of a file, unpacked when it is gzipped."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise missing(path) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} is a damaged gzip file: {error}", hint="fetch it again") from error


def missing(path: Path) -> DataError:
    """The error for a file that is not there, with a name that is near."""
    near = []
    if path.parent.is_dir():
        near = get_close_matches(path.name, [p.name for p in path.parent.iterdir()], n=1)
    hint = f"did you mean `{path.with_name(near[0])}`?" if near else f"looked from the folder {Path.cwd()}"
    return DataError(f"there is no file {path}", hint=hint)
