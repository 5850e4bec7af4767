"""What a worker is handed: batches, or the files that hold them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.errors import DataError

COLUMNS = ("features", "labels", "feature_masks", "label_masks")


@dataclass(frozen=True, eq=False)
class Held:
    """A batch that travels itself."""

    batch: Batch
    place: str

    @property
    def size(self) -> int:
        """Number of examples."""
        return self.batch.size

    def load(self) -> Batch:
        """The batch."""
        return self.batch


@dataclass(frozen=True)
class Stored:
    """A batch in a file that every node can read."""

    path: str
    size: int

    @property
    def place(self) -> str:
        """Where the batch is."""
        return self.path

    def load(self) -> Batch:
        """Reads the batch."""
        try:
            with np.load(self.path) as file:
                lengths = json.loads(str(file["lengths"]))
                columns = [tuple(_array(file, f"{name}{i}") for i in range(lengths[name])) for name in COLUMNS]
        except (OSError, ValueError, KeyError) as error:
            raise DataError(
                f"the exported batch {self.path} cannot be read: {error}",
                hint="`export_directory` must be a folder that every node sees",
            ) from None
        return Batch(*columns)  # type: ignore[arg-type]


Object = Held | Stored


def store(batch: Batch, path: Path) -> Stored:
    """Writes a batch to a file; a reader sees the whole file or none."""
    arrays: dict[str, Any] = {}
    lengths = {name: len(getattr(batch, name)) for name in COLUMNS}
    for name in COLUMNS:
        arrays |= {f"{name}{i}": a for i, a in enumerate(getattr(batch, name)) if a is not None}
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    with open(partial, "wb") as file:
        np.savez(file, lengths=np.array(json.dumps(lengths)), **arrays)
    partial.replace(path)
    return Stored(str(path), batch.size)


def _array(file: Any, name: str) -> Any:
    return file[name] if name in file.files else None
