"""Keras' constraints in DL4J's words."""

from __future__ import annotations

from typing import Any

from dl4py.formats.importers.base import differs

EPSILON = 1e-7  # Keras adds it to norms


def constraints_of(config: dict[str, Any], name: str, where: str) -> dict[str, Any]:
    """The key `constraints` of a layer, nothing where Keras has none; a warning for those without equal."""
    found = []
    for part in ("kernel", "bias"):
        about = config.get(f"{part}_constraint")
        if not about:
            continue
        ours = _constraint(about, part)
        if ours is None:
            differs(where, f"`{name}` has the {part} constraint {about.get('class_name')}, DL4J has no equal")
        else:
            found.append({**ours, "params": [{"kernel": "weights", "bias": "biases"}[part]]})
    return {"constraints": found} if found else {}


def _constraint(about: dict[str, Any], part: str) -> dict[str, Any] | None:
    kind, config = about.get("class_name"), about.get("config", {})
    if kind in ("NonNeg", "NonNegative"):
        return {"type": "non_negative"}
    if part == "bias":  # a norm over a row: DL4J's biases are matrices of one row
        return None
    axis = config.get("axis", 0)
    norm = {"dimensions": axis if isinstance(axis, list) else [axis], "epsilon": EPSILON}
    if kind == "MaxNorm":
        return {"type": "max_norm", "max_norm": float(config["max_value"]), **norm}
    if kind == "UnitNorm":
        return {"type": "unit_norm", **norm}
    if kind == "MinMaxNorm":
        low, high, rate = (float(config[k]) for k in ("min_value", "max_value", "rate"))
        return {"type": "min_max_norm", "min": low, "max": high, "rate": rate, **norm}
    return None
