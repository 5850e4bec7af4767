"""Objects inside old layers: activations, losses, distributions, first weights, dropout, preprocessors."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from math import isfinite
from typing import Any

from dl4py.errors import UnsupportedFeature
from dl4py.formats.dl4j.legacy import names
from dl4py.formats.dl4j.legacy.era import LegacyWarning

ND4J = "org.nd4j.linalg"
FIXED = f"{ND4J}.schedule.FixedSchedule"
NEWER = "load it with the DL4J that wrote it, or with 1.0.0-M2.1, and save it again"


def unwrapped(value: Any, known: Mapping[str, str], prefix: str, what: str, where: str) -> Any:
    """``{"TanH": {…}}`` → ``{"@class": prefix + …, …}``; what has its class already, or is null, stays."""
    if not isinstance(value, dict) or "@class" in value or str(value.get("type", "")).startswith("org."):
        return value
    if len(value) != 1:
        raise UnsupportedFeature(f"{where}: expected one name in an object of DL4J 0.x, found {sorted(value)[:5]}")
    (name, body), *_ = value.items()
    return {"@class": prefix + looked_up(name, known, what, where), **(body if isinstance(body, dict) else {})}


def looked_up(name: Any, known: Mapping[str, str], what: str, where: str) -> str:
    """Today's name of an old one."""
    if not isinstance(name, str) or name not in known:
        raise UnsupportedFeature(f"{where}: the {what} `{str(name)[:60]}` of an old DL4J is not known here", hint=NEWER)
    return known[name]


def finite(value: Any) -> float | None:
    """A number that is set: old DL4J writes NaN where nothing is."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value)


def activation(body: Mapping[str, Any], alpha: Any, where: str) -> Any:
    """The object `activationFn` out of an object of 0.8 on or the word `activationFunction` before."""
    prefix = f"{ND4J}.activations.impl.Activation"
    if body.get("activationFn") is not None:
        return unwrapped(body["activationFn"], names.ACTIVATIONS, prefix, "activation", f"{where}.activationFn")
    word = body.get("activationFunction")
    if word is None:
        return None
    found = looked_up(str(word).lower(), names.ACTIVATION_WORDS, "activation", f"{where}.activationFunction")
    slope = {"alpha": alpha} if found == "LReLU" and finite(alpha) else {}
    return {"@class": prefix + found, **slope}


def loss(body: Mapping[str, Any], where: str) -> Any:
    """The object `lossFn` out of an object of 0.6 on or the word `lossFunction` before."""
    prefix = f"{ND4J}.lossfunctions.impl.Loss"
    if body.get("lossFn") is not None:
        return unwrapped(body["lossFn"], names.LOSSES, prefix, "loss", f"{where}.lossFn")
    word = body.get("lossFunction")
    if word is None:
        return None
    return {"@class": prefix + looked_up(word, names.LOSS_WORDS, "loss", f"{where}.lossFunction")}


def distribution(value: Any, where: str) -> Any:
    """The object of a distribution, which M2.1 marks by `type`."""
    prefix = f"{names.CONF}.distribution."
    found = unwrapped(value, names.DISTRIBUTIONS, prefix, "distribution", where)
    if isinstance(found, dict) and "@class" in found:
        found = {"type": found["@class"], **{name: inner for name, inner in found.items() if name != "@class"}}
    return found


def weight_init(body: Mapping[str, Any], first: bool, where: str) -> Any:
    """The object `weightInitFn` out of the word `weightInit` and `dist`; 0.5.0 said XAVIER for XAVIER_LEGACY."""
    word, prefix = body.get("weightInit"), "org.deeplearning4j.nn.weights.WeightInit"
    if word is None:
        return None
    word = str(word)
    if word == "DISTRIBUTION":
        if not isinstance(body.get("dist"), dict):
            raise UnsupportedFeature(f"{where}: `weightInit` is DISTRIBUTION, but there is no `dist`")
        return {"@class": f"{prefix}Distribution", "distribution": distribution(body["dist"], f"{where}.dist")}
    if word in names.CONSTANT_INITS:
        return {"@class": f"{prefix}Constant", "value": names.CONSTANT_INITS[word]}
    if word in ("VI", "SIZE", "NORMALIZED"):
        warn(f"{where}: the first weights {word} are not known any more; fresh weights would be drawn by XAVIER")
        word = "XAVIER"
    if word == "XAVIER" and first:
        word = "XAVIER_LEGACY"
    return {"@class": prefix + looked_up(word, names.WEIGHT_INITS, "way of first weights", f"{where}.weightInit")}


def preprocessor(value: Any, where: str) -> Any:
    """The object of a preprocessor, and of those inside it."""
    prefix = f"{names.CONF}.preprocessor."
    found = unwrapped(value, names.PREPROCESSORS, prefix, "preprocessor", where)
    if isinstance(found, dict) and isinstance(found.get("inputPreProcessors"), list):
        inner = [preprocessor(item, f"{where}[{i}]") for i, item in enumerate(found["inputPreProcessors"])]
        found = {**found, "inputPreProcessors": inner}
    return found


def reconstruction(value: Any, where: str) -> Any:
    """The output distribution of a variational auto-encoder."""
    prefix = f"{names.CONF}.layers.variational."
    found = unwrapped(value, names.RECONSTRUCTIONS, prefix, "reconstruction distribution", where)
    if not isinstance(found, dict):
        return found
    found = dict(found)
    if found.get("activationFn") is not None or found.get("activationFunction") is not None:
        found["activationFn"] = activation(found, None, where)
    if isinstance(found.get("lossFunction"), dict):
        found["lossFunction"] = loss({"lossFn": found["lossFunction"]}, where)
    parts = found.get("reconstructionDistributions")
    if isinstance(parts, list):
        found["reconstructionDistributions"] = [reconstruction(part, f"{where}[{i}]") for i, part in enumerate(parts)]
    return found


def warn(message: str) -> None:
    """Says what of an old file is left out."""
    warnings.warn(message, LegacyWarning, stacklevel=2)
