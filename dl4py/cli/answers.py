"""Answers of a network as CSV, JSON lines or npz."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dl4py.atomic import write_bytes


@dataclass(frozen=True, eq=False)
class Answer:
    """One output `[n, ...]` by its name; `best` is the most probable class of each example, of a classifier."""

    output: str
    y: np.ndarray
    names: Sequence[str] = ()
    best: Sequence[str] | None = None

    @property
    def rows(self) -> np.ndarray:
        """One row for each example."""
        return self.y.reshape(len(self.y), -1)


def form_of(output: str) -> str:
    """The form that a file's name asks for."""
    return {".jsonl": "jsonl", ".json": "jsonl", ".npz": "npz"}.get(Path(output).suffix, "csv")


def write(answers: Sequence[Answer], files: Sequence[str], output: str, form: str, classes: bool) -> None:
    """Writes outputs; with `classes` the names of the most probable classes alone.

    `files` are the files of the examples. Several outputs stand side by side, under their names.
    """
    classes = classes and any(answer.best is not None for answer in answers)
    if form == "npz":
        data = _npz(answers, files)
    elif form == "jsonl":
        data = jsonl_of(answers, files, classes).encode()
    else:
        data = "".join(csv_of(answers, files, classes)).encode()
    if output == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_bytes(output, data)


def _npz(answers: Sequence[Answer], files: Sequence[str]) -> bytes:
    arrays = {"file": np.array(files)} if files else {}
    for answer in answers:
        name, best = (answer.output, f"{answer.output}_class") if len(answers) > 1 else ("output", "class")
        arrays[name] = answer.y
        if answer.best is not None:
            arrays[best] = np.array(answer.best)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:  # `np.savez` has parameters of its own, which an output may be called
        for name, array in arrays.items():
            with file.open(f"{name}.npy", "w") as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)
    return buffer.getvalue()


def jsonl_of(answers: Sequence[Answer], files: Sequence[str], classes: bool) -> str:
    """A JSON object a line."""
    lines = []
    for i in range(len(answers[0].y)):
        told = {a.output: _told(a, i, classes) for a in answers if not classes or a.best is not None}
        whole = told if len(answers) > 1 else told[answers[0].output]
        lines.append(json.dumps(({"file": files[i]} if files else {}) | whole))
    return "".join(line + "\n" for line in lines)


def _told(answer: Answer, i: int, classes: bool) -> dict[str, Any]:
    figures = {} if classes else {"output": [float(f"{v:.7g}") for v in np.ravel(answer.y[i])]}
    return ({"class": answer.best[i]} if answer.best is not None else {}) | figures


def csv_of(answers: Sequence[Answer], files: Sequence[str], classes: bool) -> tuple[str, str]:
    """The line of names, and those of the examples; classes alone have no names."""
    if classes:
        best = [a.best for a in answers if a.best is not None]
        written = best if len(best) == 1 else [list(map(_field, words)) for words in best]
        return "", "".join(",".join(row) + "\n" for row in zip(*written, strict=True))
    columns = [_column("file", files)] if files else []
    for answer in answers:
        columns += _columns(answer, len(answers) > 1)
    heads, fields = zip(*columns, strict=True)
    return ",".join(heads) + "\n", "".join(",".join(row) + "\n" for row in zip(*fields, strict=True))


def _columns(answer: Answer, several: bool) -> list[tuple[str, list[str]]]:
    """Heads and fields of one output; under its name where there are several."""
    rows, names = answer.rows, answer.names
    found = [] if answer.best is None else [_column(answer.output if several else "class", answer.best)]
    for i, values in enumerate(rows.T):
        head = names[i] if i < len(names) else f"output_{i}"
        if several:
            lone = rows.shape[1] == 1 and answer.best is None
            head = answer.output if lone else f"{answer.output}.{names[i] if i < len(names) else i}"
        found.append((_field(head), [f"{v:.7g}" for v in values]))
    return found


def _column(head: str, words: Sequence[str]) -> tuple[str, list[str]]:
    return head, list(map(_field, words))


def _field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text
