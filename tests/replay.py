"""Replays a network that real DL4J 1.0.0-M2.1 ran: outputs, score, gradient, twelve training steps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from dl4py.activations.identity import Identity
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
    x, y = arrays_of(arrays, "x"), arrays_of(arrays, "y")
    masks, label_masks = masks_of(arrays, "xmask", len(x)), masks_of(arrays, "ymask", len(y))
    net = load(folder / case / "model.zip")
    errors = {"params": error(net.params, arrays["params"])}
    covers = net.config.chain and net.graph.nodes[-1].thing.type == "rnn_output"  # by label masks; others do not
    outputs = net.output(x, mask=masks, label_mask=label_masks if covers else None)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    for ours, theirs in zip(outputs, arrays_of(arrays, "out"), strict=True):
        errors["out"] = max(errors.get("out", 0.0), error(ours, theirs))
    if "act0" in arrays:
        errors["activations"] = activations(net, x, arrays)
    assert net.summary() == facts["summary"]
    if "score" in facts:
        score = net.score(x, y, mask=masks, label_mask=label_masks)
        errors["score"] = abs(score - facts["score"]) / max(abs(facts["score"]), 1e-30)
    if "grad" in arrays:
        errors["grad"] = error(net.gradient(x, y, mask=masks, label_mask=label_masks), arrays["grad"].reshape(-1))
    if facts["train"]:
        errors |= train(net, x, y, masks, label_masks, facts, arrays)
    return errors


def masks_of(arrays: dict[str, np.ndarray], prefix: str, count: int) -> list[np.ndarray | None] | None:
    """The masks of `count` arrays, None where there are none at all."""
    masks = [arrays.get(f"{prefix}{i}") for i in range(count)]
    return masks if any(mask is not None for mask in masks) else None


def activations(net, x, arrays) -> float:
    """The largest error of any layer's output in a chain.

    DL4J's activation and PReLU layers write into the output of the layer below (quirk 33), which is not compared.
    """
    nodes = net.graph.nodes
    ours = net.activations(x)
    return max(
        error(ours[node.name], arrays[f"act{i}"])
        for i, node in enumerate(nodes)
        if i + 1 == len(nodes) or nodes[i + 1].thing.type not in ("activation", "prelu")
    )


def part(arrays, rows):
    """Some rows of each array."""
    return None if arrays is None else [None if a is None else a[rows] for a in arrays]


def train(net, x, y, masks, label_masks, facts, arrays) -> dict[str, float]:
    """Four epochs of three minibatches of four rows."""
    scores = []
    for epoch in range(4):
        for start in (0, 4, 8):
            rows = slice(start, start + 4)
            net.fit(part(x, rows), part(y, rows), mask=part(masks, rows), label_mask=part(label_masks, rows))
            scores += net.scores
        net.end_epoch()
        if epoch == 0:
            first = net.params.copy()
    certain = ~noise(net)
    return {
        "scores": error(np.array(scores), np.array(facts["scores"])),
        "params_epoch1": error(first[certain], arrays["params_epoch1"].reshape(-1)[certain]),
        "params_end": error(net.params[certain], arrays["params_end"].reshape(-1)[certain]),
        "state_end": error(net.updater_state, arrays["state_end"].reshape(-1)) if "state_end" in arrays else 0.0,
    }


def noise(net) -> np.ndarray:
    """Which parameters train on rounding errors alone: a bias whose sums batch normalization centers, and their mean.

    The true gradient of such a bias is 0; Adam makes whole steps of what rounding leaves of it, in DL4J and here.
    """
    slots = {(slot.node.name, slot.param.name): slice(slot.offset, slot.stop) for slot in net.parameters.slots}
    found = np.zeros(len(net.params), bool)
    layers = {node.name: node.thing for node in net.graph.nodes}
    for node in net.graph.nodes:
        below = layers.get(node.inputs[0])
        centered = node.thing.type == "batch_normalization" and node.thing.updater.type == "adam"
        if centered and below is not None and getattr(below, "activation", None) == Identity():
            for name in ((below.name, "b"), (node.name, "mean")):
                found[slots.get(name, slice(0))] = True
    return found
