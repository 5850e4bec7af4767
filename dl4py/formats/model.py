"""What a model is on disk, whatever its format."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dl4py.errors import ModelFileError
from dl4py.network.network import Network

SPECS = (".yaml", ".yml", ".json")


def save(network: Network, path: str | os.PathLike[str], *, more: dict[str, Any] | None = None) -> None:
    """Writes a DL4J zip, whole or not at all."""
    from dl4py.formats.dl4j.model import save as save_zip

    save_zip(network, path, more=more)


def load(path: str | os.PathLike[str]) -> Network:
    """A network from a model zip, a Keras file, or a spec (fresh parameters from its seed)."""
    path = Path(path)
    if path.suffix in SPECS:
        from dl4py.spec.bind import bind
        from dl4py.spec.source import Source

        spec = bind(Source.read(path))
        network = Network(spec.network)
        network.data, network.training = spec.data, spec.training
        return network
    if path.suffix in (".h5", ".hdf5", ".keras"):
        from dl4py.formats.importers.base import IMPORTERS

        return IMPORTERS.get("keras")().read(path)
    if path.suffix in (".py", ".pkl", ".pt", ".pth", ".onnx"):
        raise ModelFileError(f"{path} is no model that dl4py reads", hint="read are DL4J zips, Keras files and specs")
    from dl4py.formats.dl4j.model import load as load_zip

    return load_zip(path)
