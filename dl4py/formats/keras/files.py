"""What lies in a Keras file: the model, how it was compiled, weights by layer, running arrays of the optimizer."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from dl4py.errors import ModelFileError

SIZE_LIMIT = 4 << 30
ORDER = {  # arrays of a layer in a .keras file, in the order of their numbers
    "dense": ("kernel", "bias"),
    "batch_normalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "p_re_lu": ("alpha",),
}
FLAGS = {"bias": "use_bias", "gamma": "scale", "beta": "center"}


class KerasFile:
    """A model file: its architecture, how it was compiled (None where it was not), the version that wrote it."""

    config: Any
    training: Any
    version: tuple[int, int]

    def weights(self, name: str) -> dict[str, np.ndarray]:
        """Arrays of a layer by their last name: kernel, bias, gamma, ..."""
        raise NotImplementedError

    def optimizer_arrays(self) -> list[np.ndarray]:
        """What the optimizer keeps, counters and running arrays, in the order of the file."""
        raise NotImplementedError


def open_keras(path: Path) -> KerasFile:
    """The file at `path`, whichever of the two forms it has."""
    if not path.exists():
        raise ModelFileError(f"there is no file {path}", hint="check the path")
    return ZipFile(path) if zipfile.is_zipfile(path) else Hdf5File(path)


class Hdf5File(KerasFile):
    """A model in one HDF5 file."""

    def __init__(self, path: Path) -> None:
        import h5py

        try:
            self.file = h5py.File(path, "r")
        except OSError as error:
            raise ModelFileError(
                f"{path} is no HDF5 file: {str(error)[:120]}",
                hint="Keras writes HDF5 files and .keras zips; is this one, and is it whole?",
            ) from None
        raw = self.file.attrs.get("model_config")
        if raw is None:
            raise ModelFileError(f"{path} holds weights without a model", hint="save the whole model with model.save")
        self.config = _parsed(raw, path, "model_config")
        compiled = self.file.attrs.get("training_config")
        self.training = None if compiled is None else _parsed(compiled, path, "training_config")
        self.version = _version(_text(self.file.attrs.get("keras_version", b"2.0")))

    def weights(self, name: str) -> dict[str, np.ndarray]:
        group = self.file["model_weights"]
        if name not in group:
            return {}
        names = [_text(full) for full in group[name].attrs.get("weight_names", [])]
        return {full.split("/")[-1].split(":")[0]: np.asarray(group[name][full]) for full in names}

    def optimizer_arrays(self) -> list[np.ndarray]:
        group = self.file.get("optimizer_weights")
        names = [] if group is None else [_text(name) for name in group.attrs.get("weight_names", [])]
        return [np.asarray(group[name]) for name in names]


class ZipFile(KerasFile):
    """A model in a .keras zip: config.json and model.weights.h5."""

    def __init__(self, path: Path) -> None:
        import h5py

        try:
            with zipfile.ZipFile(path) as file:
                if sum(info.file_size for info in file.infolist()) > SIZE_LIMIT:
                    raise ModelFileError(f"{path} unpacks to more than {SIZE_LIMIT >> 30} GiB")
                names = file.namelist()
                if "config.json" not in names or "model.weights.h5" not in names:
                    raise ModelFileError(f"{path} is no .keras file: `config.json` or `model.weights.h5` is missing")
                self.config = _parsed(file.read("config.json"), path, "config.json")
                about = _parsed(file.read("metadata.json"), path, "metadata.json") if "metadata.json" in names else {}
                self.file = h5py.File(io.BytesIO(file.read("model.weights.h5")), "r")
        except (zipfile.BadZipFile, OSError) as error:
            raise ModelFileError(f"{path} cannot be read: {str(error)[:120]}", hint="is the file whole?") from None
        self.training = self.config.get("compile_config") if isinstance(self.config, dict) else None
        self.version = _version(str(about.get("keras_version", "3.0")) if isinstance(about, dict) else "3.0")
        inside = self.config.get("config", {}) if isinstance(self.config, dict) else {}
        self.layers = inside.get("layers", []) if isinstance(inside, dict) else []
        self.places = self._places()

    def weights(self, name: str) -> dict[str, np.ndarray]:
        kind, place = self.places.get(name, (name, name))
        arrays = _numbered(self.file.get(f"layers/{place}/vars"))
        config: dict[str, Any] = next((_about(layer) for layer in self.layers if _about(layer).get("name") == name), {})
        order = [part for part in ORDER.get(kind, ()) if config.get(FLAGS.get(part, ""), True)]
        return dict(zip(order, arrays, strict=False))

    def optimizer_arrays(self) -> list[np.ndarray]:
        return _numbered(self.file.get("optimizer/vars"))

    def _places(self) -> dict[str, tuple[str, str]]:
        """The class and the group of each layer: groups are called after classes, numbered in order."""
        counts: dict[str, int] = {}
        places = {}
        for layer in self.layers:
            word = _snake(str(layer.get("class_name")))
            number = counts.get(word, 0)
            counts[word] = number + 1
            places[str(_about(layer).get("name"))] = word, word + (f"_{number}" if number else "")
        return places


def _about(layer: dict[str, Any]) -> dict[str, Any]:
    return layer.get("config", {})


def _numbered(group: Any) -> list[np.ndarray]:
    return [] if group is None else [np.asarray(group[key]) for key in sorted(group, key=int)]


def _version(text: str) -> tuple[int, int]:
    found = re.match(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (2, 0)


def _snake(name: str) -> str:
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _text(raw: Any) -> str:
    return raw.decode() if isinstance(raw, bytes) else str(raw)


def _parsed(raw: Any, path: Path, what: str) -> Any:
    try:
        return json.loads(_text(raw))
    except (ValueError, UnicodeDecodeError) as error:
        raise ModelFileError(f"{path}: `{what}` is not JSON: {error}") from None
