"""A network as DL4J's zip, both ways."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np

from dl4py.errors import ModelFileError
from dl4py.formats.dl4j.archive import JSON_LIMIT, Archive, read_archive, write_archive
from dl4py.formats.dl4j.arrays import stream
from dl4py.formats.dl4j.configuration import read_configuration, write_configuration
from dl4py.formats.dl4j.legacy.vectors import Vectors
from dl4py.formats.dl4j.text import parse_json, print_json
from dl4py.network.config import NetworkConfig
from dl4py.network.graph import build
from dl4py.network.memory import vector
from dl4py.network.network import Network
from dl4py.network.parameters import lay_out
from dl4py.spec import Thing

T = TypeVar("T", bound=Thing)
OWN = "dl4py.json"
"""Our entry beside DL4J's: the spec of the network, whose absence tells that DL4J wrote the zip."""


def save(network: Network, path: str | os.PathLike[str], *, more: dict[str, Any] | None = None) -> None:
    """Writes a zip that DL4J 1.0.0-M2.1 loads; `more` goes into our own entry."""
    from dl4py.spec.write import write

    configuration = write_configuration(network.graph, network.iteration, network.epoch)
    entries: dict[str, bytes | Iterable[bytes]] = {"configuration.json": print_json(configuration).encode()}
    if network.params.size:
        entries["coefficients.bin"] = stream(network.params)
    else:
        entries |= {"coefficients.bin": b"", "noParams.marker": b""}
    if network.updater_state.size:
        entries["updaterState.bin"] = stream(network.updater_state)
    if network.normalizer is not None:
        from dl4py.formats.dl4j.normalizer import write_normalizer

        entries["normalizer.bin"] = write_normalizer(network.normalizer)
    own = {"format": 1, "network": write(network.config), "labels": network.labels} | (more or {})
    if network.images is not None:
        own["images"] = write(network.images)
    entries[OWN] = json.dumps(own, indent=1).encode()
    write_archive(path, entries)


def load(path: str | os.PathLike[str]) -> Network:
    """The network of a zip that DL4J (0.5.0 and later) or dl4py wrote."""
    archive = read_archive(path)
    try:
        return _network(archive)
    finally:
        archive.close()


def _network(archive: Archive) -> Network:
    where = f"{archive.path}:configuration.json"
    parsed = parse_json(archive.read("configuration.json", JSON_LIMIT), where)
    own = _own(archive)
    if own is None:
        config = read_configuration(parsed, where)
    else:  # ours says what DL4J's JSON cannot: a warm-up prints its name alone
        config = _own_thing(archive, NetworkConfig, own["network"]).but(**_counts(parsed, where))
    graph = build(config)
    parameters = lay_out(graph)
    vectors = Vectors(graph, parameters, {} if own else parsed, str(archive.path))
    params = _vector(archive, "coefficients.bin", vectors.size, config.mmap)
    if params is not None:
        params = vectors.params(params)
        config = config.but(data_type="double" if params.dtype == np.float64 else "float")
    state = _vector(archive, "updaterState.bin", parameters.state_size, config.mmap)
    state = state if state is None else vectors.state(state)
    network = Network(config, params=np.zeros(0) if params is None else params, state=state)
    network.labels = list(own.get("labels") or []) if own else []
    if own and own.get("images") is not None:
        from dl4py.data.image_form import ImageForm

        network.images = _own_thing(archive, ImageForm, own["images"])
    if archive.has("normalizer.bin"):
        from dl4py.formats.dl4j.normalizer import read_normalizer

        network.normalizer = read_normalizer(archive.read("normalizer.bin"), f"{archive.path}:normalizer.bin")
    return network


def _vector(archive: Archive, name: str, values: int, mapped: bool) -> np.ndarray | None:
    if archive.size(name) == 0:  # absent, or the empty entry beside `noParams.marker`
        return None
    return archive.read_array(name, values, lambda n, kind: vector(n, kind.str, mapped=mapped)).reshape(-1)


def _counts(parsed: Any, where: str) -> dict[str, int]:
    """Steps and epochs made, which stand in DL4J's JSON alone."""
    if not isinstance(parsed, dict):
        raise ModelFileError(f"{where}: expected an object, found {type(parsed).__name__}")
    found = {"iteration_count": parsed.get("iterationCount", 0), "epoch_count": parsed.get("epochCount", 0)}
    if any(not isinstance(count, int) or isinstance(count, bool) or count < 0 for count in found.values()):
        raise ModelFileError(f"{where}: `iterationCount` and `epochCount` must be whole numbers from 0 on")
    return found


def _own(archive: Archive) -> dict[str, Any] | None:
    if not archive.has(OWN):
        return None
    own = parse_json(archive.read(OWN, JSON_LIMIT), f"{archive.path}:{OWN}")
    if not isinstance(own, dict) or not isinstance(own.get("network"), str):
        raise ModelFileError(f"{archive.path}:{OWN} is not what dl4py writes", hint="the file is damaged")
    return own


def _own_thing(archive: Archive, cls: type[T], text: Any) -> T:
    from dl4py.spec.bind import bind_thing
    from dl4py.spec.source import Source

    if not isinstance(text, str):
        raise ModelFileError(f"{archive.path}:{OWN} is not what dl4py writes", hint="the file is damaged")
    return bind_thing(cls, Source(f"{archive.path}:{OWN}", text))
