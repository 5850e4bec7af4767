"""Which DL4J wrote a `configuration.json`, told by its keys.

| era | releases | told by |
|---|---|---|
| `0.x` | 0.5.0 to 0.9.1 | layers wrapped in their name, `updater` a word |
| `alpha` | 1.0.0-alpha | layers wrapped in their name, `iupdater` |
| `beta2` | 1.0.0-beta, beta2 | layers with `@class`, penalties as numbers |
| `beta3` | 1.0.0-beta3 | the same, and `legacyBatchScaledL2` |
| `current` | 1.0.0-beta4 to M2.1 | `dataType`, `regularization` lists |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Name = Literal["0.x", "alpha", "beta2", "beta3", "current"]
Steps = Literal["current", "beta3", "beta3_scaled", "beta2"]
WORKSPACES = {"trainingWorkspaceMode", "inferenceWorkspaceMode"}


class LegacyWarning(UserWarning):
    """Something of an old file that is left out or read in another sense; the message names it."""


@dataclass(frozen=True)
class Era:
    """The age of a file, and what of it decides how arrays lie and steps are made."""

    name: Name
    steps: Steps = "current"
    """The order of a training step, as `era` of the network section has it."""
    state_by_parameter: bool = False
    """Whether updater state lies parameter by parameter (before 0.9) and not in blocks."""
    first: bool = False
    """Whether it is 0.5.0."""

    @property
    def wrapped(self) -> bool:
        """Whether an object stands in a mapping with its name as the only key."""
        return self.name in ("0.x", "alpha")


def era_of(value: dict[str, Any]) -> Era:
    """The era of a parsed `configuration.json`."""
    layers = [layer for conf in confs_of(value) if isinstance(layer := conf.get("layer"), dict)]
    if any("@class" not in layer for layer in layers) and layers:
        bodies = [body for layer in layers for body in layer.values() if isinstance(body, dict)]
        if any("iupdater" in body for body in bodies):
            return Era("alpha", "beta2")
        return Era("0.x", "beta2", not WORKSPACES & value.keys(), "redistributeParams" in value)
    if "dataType" in value or not layers or any({"regularization", "weightInitFn"} & layer.keys() for layer in layers):
        return Era("current")
    flags = [layer["legacyBatchScaledL2"] for layer in layers if "legacyBatchScaledL2" in layer]
    if flags:
        return Era("beta3", "beta3_scaled" if any(flags) else "beta3")
    return Era("beta2", "beta2")


def confs_of(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The configurations of all layers, of a chain or of a graph, whatever wraps them."""
    confs = value.get("confs")
    if isinstance(confs, list):
        yield from (conf for conf in confs if isinstance(conf, dict))
    vertices = value.get("vertices")
    for vertex in vertices.values() if isinstance(vertices, dict) else ():
        if isinstance(vertex, dict):
            inside = vertex.get("LayerVertex", vertex)
            conf = inside.get("layerConf") if isinstance(inside, dict) else None
            if isinstance(conf, dict):
                yield conf
