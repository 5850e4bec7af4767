"""Replays a network that real DL4J 1.0.0-M2.1 ran: outputs, score, gradient, twelve training steps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from dl4py.formats.dl4j.model import load

CASES = Path(__file__).parent / "golden" / "dl4j"


def names(folder: Path = CASES) -> list[str]:
    """All recorded cases."""
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def error(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference, relative to the largest value of the array."""
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    return float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-30)) if theirs.size else 0.0


def arrays_of(arrays: dict[str, np.ndarray], prefix: str) -> list[np.ndarray]:
    """`x0`, `x1`, … in order."""
    found = []
    while f"{prefix}{len(found)}" in arrays:
        found.append(arrays[f"{prefix}{len(found)}"])
    return found


def replay(case: str, folder: Path = CASES) -> dict[str, float]:
    """The relative errors of everything that was recorded."""
    facts = json.loads((folder / case / "case.json").read_text())
    arrays = dict(np.load(folder / case / "arrays.npz"))
    x, y, masks = (arrays_of(arrays, p) for p in ("x", "y", "ymask"))
    net = load(folder / case / "model.zip")
    errors = {"params": error(net.params, arrays["params"])}
    outputs = net.output(*x)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    for ours, theirs in zip(outputs, arrays_of(arrays, "out"), strict=True):
        errors["out"] = max(errors.get("out", 0.0), error(ours, theirs))
    assert net.summary() == facts["summary"]
    if "score" in facts:
        errors["score"] = abs(net.score(x, y, label_mask=masks or None) - facts["score"]) / max(
            abs(facts["score"]), 1e-30
        )
    if "grad" in arrays:
        errors["grad"] = error(net.gradient(x, y, label_mask=masks or None), arrays["grad"].reshape(-1))
    if facts["train"]:
        errors |= train(net, x, y, masks, facts, arrays)
    return errors


def train(net, x, y, masks, facts, arrays) -> dict[str, float]:
    """Four epochs of three minibatches of four rows."""
    scores = []
    for epoch in range(4):
        for start in (0, 4, 8):
            rows = slice(start, start + 4)
            label_mask = [m[rows] for m in masks] or None
            scores.append(net.fit([a[rows] for a in x], [a[rows] for a in y], label_mask=label_mask))
        net.end_epoch()
        if epoch == 0:
            first = net.params.copy()
    return {
        "scores": error(np.array(scores), np.array(facts["scores"])),
        "params_epoch1": error(first, arrays["params_epoch1"].reshape(-1)),
        "params_end": error(net.params, arrays["params_end"].reshape(-1)),
        "state_end": error(net.updater_state, arrays["state_end"].reshape(-1)) if "state_end" in arrays else 0.0,
    }
