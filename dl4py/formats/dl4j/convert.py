"""Configurations without weights: DL4J's JSON as a spec, and back."""

from __future__ import annotations

from typing import Any

from dl4py.formats.dl4j.configuration import read_configuration, write_configuration
from dl4py.formats.dl4j.text import parse_json, print_json
from dl4py.network.config import NetworkConfig
from dl4py.network.graph import build
from dl4py.spec.write import tree_of, write


def is_configuration(text: str) -> bool:
    """Whether a text is the JSON of DL4J's `MultiLayerConfiguration` or `ComputationGraphConfiguration`."""
    return text.lstrip().startswith("{") and ('"confs"' in text or '"networkInputs"' in text)


def to_spec(data: bytes, where: str) -> str:
    """The spec of a DL4J configuration, of 0.5.0 or later."""
    config = read_configuration(parse_json(data, where), where)
    build(config)
    return write({"network": tree_of(config.but(iteration_count=0, epoch_count=0))})


def to_configuration(config: NetworkConfig) -> str:
    """What DL4J 1.0.0-M2.1 prints for the network of a spec."""
    printed: dict[str, Any] = write_configuration(build(config), config.iteration_count, config.epoch_count)
    return print_json(printed)
