"""Learning rates of Keras' optimizers: numbers, and schedules that DL4J has too."""

from __future__ import annotations

from typing import Any

from dl4py.errors import UnsupportedFeature


def rate_of(optimizer: dict[str, Any], where: str) -> Any:
    """The learning rate as a spec writes it, a number or a schedule of the iteration."""
    rate = optimizer.get("learning_rate", optimizer.get("lr", 1e-3))
    if isinstance(rate, dict):
        return _schedule(str(rate.get("class_name")), rate.get("config", {}), where)
    decay = float(optimizer.get("decay") or 0.0)
    if decay:  # before Keras 2.11: rate / (1 + decay iteration)
        return {"type": "inverse", "initial_value": float(rate), "gamma": decay, "power": 1.0}
    return float(rate)


def _schedule(name: str, config: dict[str, Any], where: str) -> dict[str, Any]:
    if name == "ExponentialDecay":
        return _exponential(config)
    if name == "InverseTimeDecay" and not config.get("staircase"):
        return {
            "type": "inverse",
            "initial_value": float(config["initial_learning_rate"]),
            "gamma": float(config["decay_rate"]) / float(config["decay_steps"]),
            "power": 1.0,
        }
    if name == "PiecewiseConstantDecay":
        starts = [0, *(int(boundary) + 1 for boundary in config["boundaries"])]  # a boundary still has the old value
        values = [float(value) for value in config["values"]]
        return {"type": "map", "values": dict(zip(starts, values, strict=True))}
    raise UnsupportedFeature(
        f"{where}: the learning rate schedule {name} has no equal in DL4J",
        hint="known: ExponentialDecay, InverseTimeDecay without staircase, PiecewiseConstantDecay",
    )


def _exponential(config: dict[str, Any]) -> dict[str, Any]:
    """``v r^(i / n)``; with a staircase the exponent is a whole number."""
    first, rate, steps = (float(config[k]) for k in ("initial_learning_rate", "decay_rate", "decay_steps"))
    if config.get("staircase"):
        return {"type": "step", "initial_value": first, "decay_rate": rate, "step": steps}
    return {"type": "exponential", "initial_value": first, "gamma": rate ** (1.0 / steps)}
