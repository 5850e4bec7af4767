"""`configuration.json` of any era as 1.0.0-M2.1 would write it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from dl4py.errors import ModelFileError
from dl4py.formats.dl4j.legacy import names
from dl4py.formats.dl4j.legacy.era import Era, confs_of
from dl4py.formats.dl4j.legacy.layers import INNER, absent, layer, unset
from dl4py.formats.dl4j.legacy.objects import preprocessor, unwrapped, warn


def translate(value: dict[str, Any], era: Era, where: str) -> dict[str, Any]:
    """Today's form of a parsed configuration."""
    if era.name == "current":
        return _completed(value)
    _warn(value, where)
    found = dict(value)
    done = value.get("iterationCount") or 0
    if isinstance(value.get("confs"), list):
        found["confs"] = [_conf(conf, done, era, f"{where}:confs[{i}]") for i, conf in enumerate(value["confs"])]
    for name, each in (("inputPreProcessors", _preprocessor), ("vertices", _vertex)):
        if isinstance(value.get(name), dict):
            found[name] = {key: each(one, done, era, f"{where}:{name}.{key}") for key, one in value[name].items()}
    return found


def _completed(value: dict[str, Any]) -> dict[str, Any]:
    """A configuration of beta4 or later whose layers say what was not said; the same object where all is.

    Keys that a later beta brought are missing, and zips of 0.x that M2.1 loaded and saved hold nulls and NaN.
    """
    if not any(_unsaid(conf.get("layer")) for conf in confs_of(value)):
        return value
    found = copy.deepcopy(value)
    for conf in confs_of(found):
        _complete(conf.get("layer"))
    return found


def _unsaid(layer: Any) -> bool:
    if not isinstance(layer, dict) or not isinstance(layer.get("@class"), str):
        return False
    return bool(absent(layer) or unset(layer)) or any(_unsaid(layer.get(name)) for name in INNER)


def _complete(layer: Any) -> None:
    if isinstance(layer, dict) and isinstance(layer.get("@class"), str):
        for name in unset(layer):
            del layer[name]
        layer.update(absent(layer))
        for name in INNER:
            _complete(layer.get(name))


def _conf(conf: Any, done: int, era: Era, where: str) -> Any:
    if not isinstance(conf, dict):
        raise ModelFileError(f"{where}: expected an object, found {str(conf)[:60]}")
    if conf.get("layer") is None:
        return conf
    found = {**conf, "layer": layer(conf["layer"], {**conf, "iterationCount": done}, era, where)}
    variables = conf.get("variables")
    normalizes = found["layer"]["@class"].endswith(".BatchNormalization")
    if normalizes and isinstance(variables, list) and not {"var", "log10stdev"} & set(map(str, variables)):
        found["variables"] = [*variables, "var"]  # before 1.0.0-beta4 the variance itself was kept
    return found


def _preprocessor(value: Any, done: int, era: Era, where: str) -> Any:
    return preprocessor(value, where)


def _vertex(value: Any, done: int, era: Era, where: str) -> Any:
    found = unwrapped(value, names.VERTICES, f"{names.CONF}.graph.", "graph vertex", where)
    if not isinstance(found, dict):
        raise ModelFileError(f"{where}: expected a vertex, found {str(value)[:60]}")
    found = dict(found)
    if "layerConf" in found:
        found["layerConf"] = _conf(found["layerConf"], done, era, f"{where}.layerConf")
    if "preProcessor" in found:
        found["preProcessor"] = preprocessor(found["preProcessor"], f"{where}.preProcessor")
    if isinstance(found.get("underlying"), dict):
        found["underlying"] = _vertex(found["underlying"], done, era, f"{where}.underlying")
    return found


def _warn(value: Mapping[str, Any], where: str) -> None:
    counts = [n for conf in confs_of(dict(value)) if isinstance(n := conf.get("numIterations"), int) and n != 1]
    if counts:
        made = f"DL4J 0.x made {max(counts)} steps of each batch (`numIterations`)"
        warn(f"{where}: {made}; here each `fit` is one step")
