"""Keras layers to ours: a function for each class gives the layer and where its arrays go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dl4py.errors import UnsupportedFeature
from dl4py.formats.importers.base import differs
from dl4py.formats.keras.constraints import constraints_of

Order = dict[str, str]
WITHOUT_EQUAL = (
    "activity_regularizer",
    *(f"{part}_{what}" for part in ("gamma", "beta", "alpha") for what in ("regularizer", "constraint")),
)


@dataclass(frozen=True)
class Converted:
    """A layer as a spec writes it, its name in Keras, and our parameter names by Keras'."""

    keras_name: str
    layer: dict[str, Any]
    order: Order
    trained: bool = True

    def values(self, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Keras' arrays under our names."""
        return {ours: arrays[theirs] for theirs, ours in self.order.items() if theirs in arrays}

    def ended(self, loss: Any) -> Converted:
        """The same as the end of a network: a dense layer becomes an output, an activation a loss layer."""
        kinds = {"dense": "output", "activation": "loss"}
        if self.layer["type"] not in kinds:
            return self
        activation = self.layer.get("activation")
        return replace(
            self, layer={**self.layer, "type": kinds[self.layer["type"]], "loss": loss or _usual(activation)}
        )


Convert = Callable[[str, dict[str, Any], str, int], Converted | None]
CONVERTS: dict[str, Convert] = {}


def converts(*names: str) -> Callable[[Convert], Convert]:
    """Enters the conversion of Keras classes: (name, config, file, version)."""

    def enter(function: Convert) -> Convert:
        CONVERTS.update(dict.fromkeys(names, function))
        return function

    return enter


def convert(layer: dict[str, Any], where: str, version: int) -> Converted | None:
    """Our layer for one of Keras'; None for a layer that does nothing here."""
    kind, config = layer.get("class_name"), layer.get("config", {})
    if kind not in CONVERTS:
        raise UnsupportedFeature(
            f"{where}: the Keras layer {kind} (`{config.get('name')}`) is not imported yet",
            hint=f"known: {', '.join(sorted(CONVERTS))}",
        )
    converted = CONVERTS[str(kind)](config.get("name", str(kind)), config, where, version)
    if converted is None:
        return None
    for name in WITHOUT_EQUAL:
        if config.get(name):
            words = f"the {name.replace('_', ' ')} {config[name].get('class_name')}"
            differs(where, f"`{converted.keras_name}` has {words}, DL4J has no equal")
    return replace(converted, trained=bool(config.get("trainable", True)))


@converts("Dense")
def _dense(name: str, config: dict[str, Any], where: str, version: int) -> Converted:
    layer = {
        "name": name,
        "type": "dense",
        "n_out": config["units"],
        "has_bias": config.get("use_bias", True),
        "activation": activation(config.get("activation", "linear"), name, where, version),
        **penalties(config, name, where),
        **constraints_of(config, name, where),
    }
    return Converted(name, layer, {"kernel": "W", "bias": "b"})


@converts("Dropout")
def _dropout(name: str, config: dict[str, Any], where: str, version: int) -> Converted:
    rate = config["rate"]
    return Converted(name, {"name": name, "type": "dropout", "dropout": 1.0 - rate if rate else None}, {})


@converts("Activation")
def _activation(name: str, config: dict[str, Any], where: str, version: int) -> Converted:
    return Converted(
        name,
        {"name": name, "type": "activation", "activation": activation(config["activation"], name, where, version)},
        {},
    )


@converts("ReLU")
def _relu(name: str, config: dict[str, Any], where: str, version: int) -> Converted:
    options = {"type": "relu", "max": config.get("max_value")}
    for theirs, ours in (("negative_slope", "negative_slope"), ("threshold", "threshold")):
        if config.get(theirs):
            options[ours] = float(config[theirs])
    if options["max"] is not None:
        options["max"] = float(options["max"])
    return Converted(name, {"name": name, "type": "activation", "activation": options}, {})


@converts("LeakyReLU")
def _leaky_relu(name: str, config: dict[str, Any], where: str, version: int) -> Converted:
    alpha = float(config.get("negative_slope", config.get("alpha", 0.3)))
    return Converted(
        name, {"name": name, "type": "activation", "activation": {"type": "leakyrelu", "alpha": alpha}}, {}
    )


@converts("ELU")
def _elu(name: str, config: dict[str, Any], where: str, version: int) -> Converted:
    alpha = float(config.get("alpha", 1.0))
    return Converted(name, {"name": name, "type": "activation", "activation": {"type": "elu", "alpha": alpha}}, {})


@converts("Softmax")
def _softmax(name: str, config: dict[str, Any], where: str, version: int) -> Converted:
    return Converted(name, {"name": name, "type": "activation", "activation": "softmax"}, {})


@converts("PReLU")
def _prelu(name: str, config: dict[str, Any], where: str, version: int) -> Converted:
    if config.get("shared_axes"):
        raise UnsupportedFeature(f"{where}: `{name}`: shared axes of PReLU are not imported yet")
    return Converted(name, {"name": name, "type": "prelu"}, {"alpha": "W"})


@converts("ThresholdedReLU")
def _thresholded_relu(name: str, config: dict[str, Any], where: str, version: int) -> Converted:
    theta = float(config.get("theta", 1.0))
    options = {"type": "thresholdedrelu", "theta": theta}
    return Converted(name, {"name": name, "type": "activation", "activation": options}, {})


@converts("GaussianNoise")
def _gaussian_noise(name: str, config: dict[str, Any], where: str, version: int) -> Converted:
    noise = {"type": "gaussian_noise", "stddev": float(config["stddev"])}
    return Converted(name, {"name": name, "type": "dropout", "dropout": noise}, {})


@converts("GaussianDropout")
def _gaussian_dropout(name: str, config: dict[str, Any], where: str, version: int) -> Converted:
    noise = {"type": "gaussian_dropout", "rate": float(config["rate"])}
    return Converted(name, {"name": name, "type": "dropout", "dropout": noise}, {})


@converts("Flatten")
def _flatten(name: str, config: dict[str, Any], where: str, version: int) -> None:
    return None  # the layer above flattens by itself, in the same order


@converts("BatchNormalization")
def _batch_normalization(name: str, config: dict[str, Any], where: str, version: int) -> Converted:
    learned = [config.get("scale", True), config.get("center", True)]
    if any(learned) and not all(learned):
        differs(where, f"`{name}` learns only {'gamma' if learned[0] else 'beta'}, DL4J's learns both or none")
    layer = {
        "name": name,
        "type": "batch_normalization",
        "lock_gamma_beta": not any(learned),
        "decay": float(config.get("momentum", 0.99)),
        "eps": float(config.get("epsilon", 1e-3)),
        "use_log_std": False,
    }
    order = {"gamma": "gamma", "beta": "beta", "moving_mean": "mean", "moving_variance": "var"}
    return Converted(name, layer, order)


SAME = {
    "linear": "identity", "relu": "relu", "relu6": "relu6", "elu": "elu", "selu": "selu", "softmax": "softmax",
    "sigmoid": "sigmoid", "tanh": "tanh", "softplus": "softplus", "softsign": "softsign", "swish": "swish",
    "silu": "swish", "mish": "mish",
}  # fmt: skip


def activation(value: Any, name: str, where: str, version: int) -> Any:
    """Our activation for Keras' name or serialized object."""
    if isinstance(value, dict):
        value = value.get("config", value.get("class_name"))
        value = value.get("name", value) if isinstance(value, dict) else value
    if value in SAME:
        return SAME[value]
    if value == "hard_sigmoid" and version == 2:  # Keras 3 has another slope
        return "hardsigmoid"
    if value == "leaky_relu":
        return {"type": "leakyrelu", "alpha": 0.2}
    raise UnsupportedFeature(f"{where}: the activation {value} of `{name}` has no equal in DL4J")


def penalties(config: dict[str, Any], name: str, where: str) -> dict[str, Any]:
    """L1 and L2 of kernel and bias; Keras' L2 has no factor of one half."""
    found: dict[str, Any] = {}
    for theirs, suffix in (("kernel_regularizer", ""), ("bias_regularizer", "_bias")):
        regularizer = config.get(theirs)
        if not regularizer:
            continue
        about = regularizer.get("config", {})
        if not set(about) <= {"l1", "l2", "name"}:
            raise UnsupportedFeature(
                f"{where}: the regularizer {regularizer.get('class_name')} of `{name}` is not imported yet"
            )
        if about.get("l1"):
            found[f"l1{suffix}"] = float(about["l1"])
        if about.get("l2"):
            found[f"l2{suffix}"] = 2.0 * float(about["l2"])
    return found


def _usual(activation: Any) -> str:
    return {"softmax": "mcxent", "sigmoid": "xent"}.get(activation if isinstance(activation, str) else "", "mse")
