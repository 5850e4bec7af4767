"""What real DL4J 1.0.0-M2.1 answered: `m21.json` holds its figures beside the arrays that it was given."""

import json
from pathlib import Path

import numpy as np

CASES = json.loads((Path(__file__).parent / "evaluation" / "files" / "m21.json").read_text())


def names(*kinds):
    return [name for name, case in CASES.items() if case["kind"] in kinds]


def added(figures, case):
    """The figures after the case's batch, in single precision as DL4J had it."""
    arrays = [None if case[k] is None else np.array(case[k], np.float32) for k in ("labels", "outputs", "mask")]
    figures.add(*arrays)
    return figures


def halves(make, case):
    """The same figures from two parts, merged."""
    parts = []
    for rows in (slice(0, 2), slice(2, None)):
        part = {k: None if case[k] is None else case[k][rows] for k in ("labels", "outputs", "mask")}
        parts.append(added(make(), part) if part["labels"] else make())
    parts[0].merge(parts[1])
    return parts[0]


def numbers(value):
    """DL4J's words for what is no number, as numbers."""
    return np.array(value, dtype=object).astype(np.float64)
