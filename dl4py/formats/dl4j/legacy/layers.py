"""Old layer objects as those of 1.0.0-M2.1: flat numbers become updaters, penalties, first weights, dropout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.dl4j.legacy import names
from dl4py.formats.dl4j.legacy.era import Era
from dl4py.formats.dl4j.legacy.objects import (
    FIXED,
    ND4J,
    NEWER,
    activation,
    finite,
    loss,
    reconstruction,
    unwrapped,
    warn,
    weight_init,
)  # fmt: skip
from dl4py.formats.dl4j.legacy.updaters import by_role, updaters

PENALTIES = f"{ND4J}.learning.regularization."
NEVER_NULL = ("weightInitFn", "iupdater", "regularization", "regularizationBias")
INNER = ("layer", "underlying", "fwd", "bwd")
LOSS_OBJECTS = ("lossClassPredictions", "lossPositionScale")


def layer(value: Any, conf: Mapping[str, Any], era: Era, where: str) -> dict[str, Any]:
    """Today's object of a layer; `conf` is the configuration around it, which held part of its keys in 0.x."""
    wrapper, body = _opened(value, where)
    found = {name: inner for name, inner in body.items() if name not in ("updater", "dist")}
    for name in INNER:
        if isinstance(found.get(name), dict):
            found[name] = layer(found[name], conf, era, f"{where}.{name}")
    found |= _objects(body, conf, era, where)
    if wrapper == "RBM":
        found |= _boltzmann(body, where)
    if "iupdater" not in body and "updater" in body and era.wrapped:
        found["iupdater"], found["biasUpdater"] = updaters(conf, body, era.first, where)
    if "regularization" not in body:
        found["regularization"] = _penalties(body, conf, bias=False)
        found["regularizationBias"] = _penalties(body, conf, bias=True)
    if era.name == "0.x":
        found |= _noise(body, conf)
    return found | _sizes(found) | absent(found)


def _opened(value: Any, where: str) -> tuple[str | None, dict[str, Any]]:
    """The wrapper's name and the layer's keys with `@class`."""
    if isinstance(value, dict) and isinstance(value.get("@class"), str):
        return None, value
    if not isinstance(value, dict) or len(value) != 1:
        raise ModelFileError(f"{where}: expected a layer, found {str(value)[:60]}")
    (name, body), *_ = value.items()
    if name in names.GONE:
        raise UnsupportedFeature(f"{where}: {names.GONE[name]}, and is not read", hint="only that old DL4J runs it")
    if name not in names.LAYERS:
        raise UnsupportedFeature(f"{where}: the layer `{str(name)[:60]}` of an old DL4J is not known here", hint=NEWER)
    if not isinstance(body, dict):
        raise ModelFileError(f"{where}.{name}: expected an object, found {str(body)[:60]}")
    return name, {**body, "@class": f"{names.CONF}.layers.{names.LAYERS[name]}"}


def _objects(body: Mapping[str, Any], conf: Mapping[str, Any], era: Era, where: str) -> dict[str, Any]:
    prefix = f"{ND4J}.activations.impl.Activation"
    found = {"activationFn": activation(body, conf.get("leakyreluAlpha"), where)}
    gate = body.get("gateActivationFn")
    found["gateActivationFn"] = unwrapped(gate, names.ACTIVATIONS, prefix, "activation", f"{where}.gateActivationFn")
    inner = {"activationFn": body.get("pzxActivationFn"), "activationFunction": body.get("pzxActivationFunction")}
    found["pzxActivationFn"] = activation(inner, None, where)
    if not str(body["@class"]).endswith("AutoEncoder") or "lossFn" in body:
        found["lossFn"] = loss(body, where)
    found["outputDistribution"] = reconstruction(body.get("outputDistribution"), f"{where}.outputDistribution")
    for name in LOSS_OBJECTS:
        found[name] = loss({"lossFn": body.get(name)}, where)
    if "weightInitFn" not in body and "paramWeightInit" not in body:
        found["weightInitFn"] = weight_init(body, era.first, where)
    return {name: value for name, value in found.items() if value is not None}


def _penalties(body: Mapping[str, Any], conf: Mapping[str, Any], *, bias: bool) -> list[dict[str, Any]]:
    """L1 as it is, L2 as weight decay without the rate: old DL4J added both after the updater."""
    if conf.get("useRegularization") is False:
        return []
    l1, l2 = (_coefficient(body, conf, which, bias=bias) for which in ("l1", "l2"))
    found: list[dict[str, Any]] = []
    if l1:
        found.append({"@class": f"{PENALTIES}L1Regularization", "l1": {"@class": FIXED, "value": l1}})
    if l2:
        coefficient = {"@class": FIXED, "value": l2}
        found.append({"@class": f"{PENALTIES}WeightDecay", "applyLR": False, "coeff": coefficient})
    return found


def _coefficient(body: Mapping[str, Any], conf: Mapping[str, Any], which: str, *, bias: bool) -> float | None:
    by_parameter = by_role(conf.get(f"{which}ByParam"), bias=bias)
    if by_parameter is not None:
        return by_parameter
    keys = (f"{which}Bias", f"bias{which.upper()}") if bias else (which,)
    return next((value for key in keys if (value := finite(body.get(key))) is not None), None)


def _noise(body: Mapping[str, Any], conf: Mapping[str, Any]) -> dict[str, Any]:
    """`dropOut`: the probability of keeping inputs, or weights where `useDropConnect` says so; 0 is off."""
    kept = finite(body.get("dropOut"))
    if not kept:
        return {}
    if conf.get("useDropConnect"):
        return {"weightNoise": {"@class": f"{names.CONF}.weightnoise.DropConnect", "weightRetainProb": kept}}
    return {"idropout": {"@class": f"{names.CONF}.dropout.Dropout", "p": kept}}


def _boltzmann(body: Mapping[str, Any], where: str) -> dict[str, Any]:
    """A restricted Boltzmann machine answers as an auto-encoder does, with the function of its hidden units."""
    unit = str(body.get("hiddenUnit") or "BINARY")
    if unit not in names.HIDDEN_UNITS:
        raise UnsupportedFeature(
            f"{where}: an RBM with {unit[:40]} hidden units answers at random and is not read",
            hint=f"hidden units that are read: {', '.join(names.HIDDEN_UNITS)}",
        )
    warn(f"{where}: the RBM is read as an auto-encoder: it predicts and trains with labels; pretraining differs")
    return {"activationFn": {"@class": f"{ND4J}.activations.impl.Activation{names.HIDDEN_UNITS[unit]}"}}


def _sizes(found: Mapping[str, Any]) -> dict[str, Any]:
    """Single numbers and pairs where M2.1 prints a list."""
    kind = found["@class"].rpartition(".")[2]
    size, padding = found.get("size"), found.get("padding")
    if isinstance(size, int) and kind.startswith("Upsampling"):
        return {"size": [size] * (3 if kind.endswith("3D") else 2)}
    if kind == "ZeroPaddingLayer" and isinstance(padding, list) and len(padding) == 2:
        return {"padding": [padding[0], padding[0], padding[1], padding[1]]}
    return {}


def absent(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a key that is missing meant when there was no such key."""
    kind = found["@class"].rpartition(".")[2]
    meant: dict[str, Any] = {}
    if kind == "EmbeddingLayer":
        meant["hasBias"] = True
    if kind in ("SubsamplingLayer", "Subsampling1DLayer"):
        meant["avgPoolIncludePadInDivisor"] = True
    if kind.startswith(("Convolution", "Subsampling", "Deconvolution")):
        meant["convolutionMode"] = "Truncate"
    if "LSTM" in kind:
        meant["gateActivationFn"] = {"@class": f"{ND4J}.activations.impl.ActivationSigmoid"}
    return {name: value for name, value in meant.items() if found.get(name) is None}


def unset(found: Mapping[str, Any]) -> list[str]:
    """Keys that hold nothing: nulls of a frozen layer, NaN and 0 where 0.x had no such key."""
    nulls = [name for name in NEVER_NULL if name in found and found[name] is None]
    nothing = [name for name in ("gainInit", "biasInit") if name in found and finite(found[name]) is None]
    pool = found["@class"].endswith(("SubsamplingLayer", "Subsampling1DLayer"))
    return nulls + nothing + (["eps"] if pool and found.get("eps") == 0.0 else [])
