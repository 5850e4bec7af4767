"""Predictions: computed in batches, written as CSV, JSON lines or npz."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from dl4py.atomic import write_bytes
from dl4py.data.batch import Batch
from dl4py.evaluation.judging import CLASSIFYING
from dl4py.network.feed import input_shapes


def compute(network: Any, x: Batch, batch: int) -> np.ndarray:
    """The first output for all examples, in the units of the labels."""
    input_shapes(network.graph, list(x.features))
    parts = []
    for start in range(0, max(x.size, 1), batch):
        rows = x.rows(slice(start, start + batch))
        if network.normalizer is not None:
            rows = network.normalizer.apply_batch(rows)
        y = network.output(list(rows.features), mask=list(rows.feature_masks) or None)
        parts.append(y[0] if isinstance(y, list) else y)
    y = np.concatenate(parts)
    if network.normalizer is not None and not classifying(network):
        y = network.normalizer.revert_labels(y)
    return y


def classifying(network: Any) -> bool:
    """Whether the first output gives probabilities of classes."""
    loss = getattr(network.graph.node(network.graph.outputs[0]).thing, "loss", None)
    return loss is not None and loss.type in CLASSIFYING


def form_of(output: str) -> str:
    """The form that a file's name asks for."""
    return {".jsonl": "jsonl", ".json": "jsonl", ".npz": "npz"}.get(Path(output).suffix, "csv")


def write(network: Any, y: np.ndarray, output: str, form: str, classes: bool) -> None:
    """Writes outputs; with `classes` (of a classifier) the name of the most probable class alone."""
    names = list(network.labels)
    best = None
    if classifying(network) and y.ndim == 2:
        index = (y[:, 0] >= 0.5).astype(int) if y.shape[1] == 1 else y.argmax(axis=1)
        best = [names[i] if i < len(names) else str(i) for i in index]
    data = _npz(y, best) if form == "npz" else _text(y, best, names, form, classes).encode()
    if output == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_bytes(output, data)


def _npz(y: np.ndarray, best: list[str] | None) -> bytes:
    buffer = io.BytesIO()
    arrays = {"output": y} | ({"class": np.array(best)} if best is not None else {})
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _text(y: np.ndarray, best: list[str] | None, names: list[str], form: str, classes: bool) -> str:
    rows = y.reshape(len(y), -1)
    if form == "jsonl":
        lines = []
        for i, row in enumerate(y):
            figures: dict[str, Any] = {} if classes and best else {"output": [float(f"{v:.7g}") for v in np.ravel(row)]}
            lines.append(json.dumps(({"class": best[i]} if best else {}) | figures))
        return "".join(line + "\n" for line in lines)
    if classes and best:
        return "".join(name + "\n" for name in best)
    heads = [names[i] if i < len(names) else f"output_{i}" for i in range(rows.shape[1])]
    lines = [",".join((["class"] if best else []) + [_field(h) for h in heads])]
    for i, row in enumerate(rows):
        lines.append(",".join(([_field(best[i])] if best else []) + [f"{v:.7g}" for v in row]))
    return "".join(line + "\n" for line in lines)


def _field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text
