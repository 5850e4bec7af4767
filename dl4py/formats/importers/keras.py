"""Keras models, versions 2 and 3, saved as HDF5 or as a .keras zip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.importers.base import Importer, differs, importer
from dl4py.formats.keras.files import KerasFile, open_keras
from dl4py.formats.keras.layers import Converted, convert
from dl4py.formats.keras.optimizers import rule_of
from dl4py.formats.keras.state import fill_state
from dl4py.formats.keras.training import loss_of
from dl4py.network.config import NetworkConfig
from dl4py.network.network import Network
from dl4py.spec import Flag, key


@importer("keras")
class Keras(Importer):
    """Sequential models of dense, dropout, activation, flatten and batch normalization layers.

    Weights, loss, optimizer and the optimizer's running arrays come along, so that training goes on in step with
    Keras: with SGD (plain or Nesterov), Adam, AdamW, AMSGrad, Adagrad, and Adadelta of learning rate 1; with clipping
    by value or by norm, weight decay, and exponential, inverse and piecewise constant rates. Where Keras computes what
    DL4J does not have (momentum without Nesterov, the epsilon of RMSprop and Adamax, Nadam's momentum, ...) a warning
    says what.
    """

    enforce_training_config: Flag = key("Refuse files without a loss and an optimizer.", default=False)

    def read(self, path: Path) -> Network:
        file = open_keras(Path(path))
        if self.enforce_training_config and not file.training:
            raise ModelFileError(f"{path} holds no loss and no optimizer", hint="leave enforce_training_config out")
        if file.version[0] < 2:
            raise UnsupportedFeature(f"{path} was written by Keras 1", hint="load it with Keras 2 and save it again")
        try:
            return _network(file, str(path))
        except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
            raise ModelFileError(
                f"{path} is not what Keras writes: {type(error).__name__}: {str(error)[:120]}",
                hint="Keras 2 and 3 are read; was the file changed?",
            ) from error


def _network(file: KerasFile, where: str) -> Network:
    about, shape = _sequential(file.config, where)
    layers = [c for c in (convert(layer, where, file.version[0]) for layer in about) if c is not None]
    if not layers:
        raise ModelFileError(f"{where}: the model has no layers")
    given = _input(shape, where)
    outputs = next((c.layer["n_out"] for c in reversed(layers) if "n_out" in c.layer), given.get("size", 0))
    layers[-1] = layers[-1].ended(loss_of(file.training, outputs, where) if file.training else None)
    rule = rule_of(file.training, where, file.version)
    defaults = {"updater": rule.updater, **rule.layer} if rule else {"updater": {"type": "adam"}}
    _check_settings(defaults, layers, where)
    written = [c.layer for c in _frozen(layers, where)]
    network = Network(NetworkConfig.model_validate({"input": given, "defaults": defaults, "layers": written}))
    for node, layer in zip(network.graph.nodes, layers, strict=True):
        _fill(network, node.name, layer, file, where)
    if rule:
        fill_state(network, rule, layers, file, where)
    return network


def _fill(network: Network, name: str, layer: Converted, file: KerasFile, where: str) -> None:
    slots = [s for s in network.parameters.slots if s.node.name == name]
    values = layer.values(file.weights(layer.keras_name)) if slots else {}
    for slot in slots:
        value = values.get(slot.param.name)
        if value is None:
            continue
        if tuple(value.shape) != slot.param.shape:
            raise ModelFileError(
                f"{where}: layer `{layer.keras_name}`: {slot.param.name} has shape {tuple(value.shape)}, "
                f"expected {slot.param.shape}"
            )
        network.parameter(slot)[...] = value


def _frozen(layers: list[Converted], where: str) -> list[Converted]:
    """Layers that Keras does not train, wrapped; those above trained ones still pass the gradient on."""
    wrapped = []
    below = False  # whether a layer below is trained
    for i, layer in enumerate(layers):
        fixed = bool(layer.order) and not layer.trained
        if fixed and i == len(layers) - 1:
            differs(where, f"the last layer, `{layer.keras_name}`, is not trained in Keras; DL4J trains it")
        elif fixed and below:
            if layer.layer["type"] == "batch_normalization":
                differs(where, f"`{layer.keras_name}` is frozen in Keras; here it uses the statistics of the batch")
            wrapped.append(_around(layer, "frozen_with_backprop", "underlying"))
            continue
        elif fixed:
            wrapped.append(_around(layer, "frozen", "layer"))
            continue
        below = below or bool(layer.order)
        wrapped.append(layer)
    return wrapped


def _around(layer: Converted, type: str, place: str) -> Converted:
    return replace(layer, layer={"name": layer.layer["name"], "type": type, place: layer.layer})


def _check_settings(defaults: dict[str, Any], layers: list[Converted], where: str) -> None:
    """Warns where weight decay and clipping reach other parameters than in Keras."""
    normalized = any(c.layer["type"] == "batch_normalization" and c.trained for c in layers)
    if "weight_decay" in defaults and normalized:
        differs(where, "Keras' weight decay reaches batch normalization too, DL4J's does not")
    if "gradient_normalization" in defaults and any({"l1", "l2", "l1_bias", "l2_bias"} & set(c.layer) for c in layers):
        differs(where, "Keras clips the gradient of loss and penalties together, DL4J only that of the loss")


def _sequential(config: Any, where: str) -> tuple[list[dict[str, Any]], Any]:
    if not isinstance(config, dict) or "class_name" not in config:
        raise ModelFileError(
            f"{where} holds weights without a model", hint="save the whole model, not only its weights"
        )
    if config["class_name"] != "Sequential":
        raise UnsupportedFeature(
            f"{where}: a {config['class_name']} model is not imported yet", hint="Sequential models are"
        )
    inside = config["config"]
    layers = inside["layers"] if isinstance(inside, dict) else inside
    shape = None
    kept = []
    for layer in layers:
        about = layer.get("config", {})
        shape = shape or about.get("batch_input_shape") or about.get("batch_shape")
        if layer.get("class_name") != "InputLayer":
            kept.append(layer)
    shape = shape or (inside.get("build_input_shape") if isinstance(inside, dict) else None)
    if shape is None:
        raise ModelFileError(f"{where} does not say what the model is fed", hint="build the model before saving it")
    return kept, shape


def _input(shape: Any, where: str) -> dict[str, Any]:
    sizes = list(shape)[1:]
    if len(sizes) == 1 and sizes[0]:
        return {"type": "feed_forward", "size": sizes[0]}
    if len(sizes) == 3 and all(sizes):
        height, width, channels = sizes
        return {"type": "convolutional", "height": height, "width": width, "channels": channels, "format": "nhwc"}
    raise UnsupportedFeature(f"{where}: input of shape {shape} is not imported yet")
