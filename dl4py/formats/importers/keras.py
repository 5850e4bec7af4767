"""Keras models, versions 2 and 3, saved as HDF5 or as a .keras zip."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.importers.base import Importer, importer
from dl4py.formats.importers.keras_layers import Converted, convert
from dl4py.formats.importers.keras_training import loss_of, updater_of
from dl4py.network.config import NetworkConfig
from dl4py.network.network import Network
from dl4py.spec import Flag, key

SIZE_LIMIT = 4 << 30
ORDER = {  # arrays of a layer in a .keras file, in the order of their numbers
    "dense": ("kernel", "bias"),
    "batch_normalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "p_re_lu": ("alpha",),
}


@importer("keras")
class Keras(Importer):
    """Sequential models of dense, dropout, activation, flatten and batch normalization layers."""

    enforce_training_config: Flag = key("Refuse files without a loss and an optimizer.", default=False)

    def read(self, path: Path) -> Network:
        if not Path(path).exists():
            raise ModelFileError(f"there is no file {path}", hint="check the path")
        archive = _Zip(path) if zipfile.is_zipfile(path) else _Hdf5(path)
        if self.enforce_training_config and not archive.training:
            raise ModelFileError(f"{path} holds no loss and no optimizer", hint="leave enforce_training_config out")
        return _network(archive, str(path))


def _network(archive: Any, where: str) -> Network:
    layers, shape = _sequential(archive.config, where)
    converted = [c for c in (convert(layer, where, archive.version) for layer in layers) if c is not None]
    if not converted:
        raise ModelFileError(f"{where}: the model has no layers")
    training = archive.training
    converted[-1] = converted[-1].ended(loss_of(training, where) if training else None)
    updater = updater_of(training, where) if training else {"type": "adam"}
    config = NetworkConfig.model_validate(
        {
            "input": _input(shape, where),
            "defaults": {"updater": updater},
            "layers": [c.layer for c in converted],
        }
    )
    network = Network(config)
    for i, node in enumerate(network.graph.nodes):
        _fill(network, node.name, converted[i], archive, where)
    return network


def _fill(network: Network, name: str, converted: Converted, archive: Any, where: str) -> None:
    slots = [s for s in network.parameters.slots if s.node.name == name]
    values = converted.values(archive.weights(converted.keras_name)) if slots else {}
    for slot in slots:
        value = values.get(slot.param.name)
        if value is None:
            continue
        if tuple(value.shape) != slot.param.shape:
            raise ModelFileError(
                f"{where}: layer `{converted.keras_name}`: {slot.param.name} has shape {tuple(value.shape)}, "
                f"expected {slot.param.shape}"
            )
        network.parameter(slot)[...] = value


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


class _Hdf5:
    """A model in one HDF5 file."""

    version = 2

    def __init__(self, path: Path) -> None:
        import h5py

        try:
            self.file = h5py.File(path, "r")
        except OSError as error:
            raise ModelFileError(f"{path} is no HDF5 file: {str(error)[:120]}", hint="is the file whole?") from None
        raw = self.file.attrs.get("model_config")
        if raw is None:
            raise ModelFileError(f"{path} holds weights without a model", hint="save the whole model with model.save")
        self.config = _parsed(raw, path, "model_config")
        self.training = (
            _parsed(self.file.attrs["training_config"], path, "training_config")
            if "training_config" in self.file.attrs
            else None
        )
        if str(_text(self.file.attrs.get("keras_version", b"2"))).startswith("3"):
            self.version = 3

    def weights(self, name: str) -> dict[str, np.ndarray]:
        """Arrays of a layer by their last name: kernel, bias, gamma, ..."""
        group = self.file["model_weights"]
        if name not in group:
            return {}
        found = {}
        for full in group[name].attrs.get("weight_names", []):
            text = str(_text(full))
            found[text.split("/")[-1].split(":")[0]] = np.asarray(group[name][text])
        return found


class _Zip:
    """A model in a .keras zip: config.json and model.weights.h5."""

    version = 3

    def __init__(self, path: Path) -> None:
        import h5py

        try:
            with zipfile.ZipFile(path) as file:
                if sum(info.file_size for info in file.infolist()) > SIZE_LIMIT:
                    raise ModelFileError(f"{path} unpacks to more than {SIZE_LIMIT >> 30} GiB")
                names = file.namelist()
                if "config.json" not in names or "model.weights.h5" not in names:
                    raise ModelFileError(f"{path} is no .keras file: `config.json` or `model.weights.h5` is missing")
                whole = _parsed(file.read("config.json"), path, "config.json")
                self.file = h5py.File(io.BytesIO(file.read("model.weights.h5")), "r")
        except (zipfile.BadZipFile, OSError) as error:
            raise ModelFileError(f"{path} cannot be read: {str(error)[:120]}", hint="is the file whole?") from None
        self.config = whole
        self.training = whole.get("compile_config") if isinstance(whole, dict) else None
        self.places = self._places(whole)

    def _places(self, config: Any) -> dict[str, str]:
        """Where each layer's arrays lie: groups are called after classes, numbered in order."""
        counts: dict[str, int] = {}
        places = {}
        inside = config.get("config", {}) if isinstance(config, dict) else {}
        for layer in inside.get("layers", []) if isinstance(inside, dict) else []:
            word = _snake(str(layer.get("class_name")))
            number = counts.get(word, 0)
            counts[word] = number + 1
            places[layer.get("config", {}).get("name")] = word + (f"_{number}" if number else "")
        return places

    def weights(self, name: str) -> dict[str, np.ndarray]:
        """Arrays of a layer by the name they have in HDF5 files."""
        place = self.places.get(name, name)
        group = self.file.get(f"layers/{place}/vars")
        if group is None:
            return {}
        arrays = [np.asarray(group[key]) for key in sorted(group, key=int)]
        kind = place.rstrip("0123456789").rstrip("_")
        named = {layer.get("config", {}).get("name"): layer["config"] for layer in self.config["config"]["layers"]}
        config = named.get(name, {})
        order = [n for n in ORDER.get(kind, ()) if not _absent(n, config)]
        return dict(zip(order, arrays, strict=False))


def _absent(name: str, config: dict[str, Any]) -> bool:
    flag = {"bias": "use_bias", "gamma": "scale", "beta": "center"}.get(name)
    return flag is not None and config.get(flag) is False


def _snake(name: str) -> str:
    import re

    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _text(raw: Any) -> str:
    return raw.decode() if isinstance(raw, bytes) else str(raw)


def _parsed(raw: Any, path: Path, what: str) -> Any:
    try:
        return json.loads(_text(raw))
    except (ValueError, UnicodeDecodeError) as error:
        raise ModelFileError(f"{path}: `{what}` is not JSON: {error}") from None
