"""Zips as DL4J 0.5 to 0.9 wrote them, made by hand: JAVACPP arrays, layers wrapped in their names."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

NOT_A_NUMBER = "NaN"


def stream(values: np.ndarray, mode: str = "JAVACPP") -> bytes:
    """A row vector as an array stream of 0.5.0 to 1.0.0-beta3."""
    long = mode == "LONG_SHAPE"
    kind = {"f2": "HALF", "f4": "FLOAT", "f8": "DOUBLE"}[values.dtype.str[1:]]

    def head(length: int, word: str) -> bytes:
        size = struct.pack(">q" if long else ">i", length)
        return b"".join(struct.pack(">H", len(w)) + w.encode() + s for w, s in ((mode, size), (word, b"")))

    shape = [2, 1, values.size, 1, 1, 0, 1, 99]
    first = head(8, "LONG" if long else "INT") + struct.pack(">8q" if long else ">8i", *shape)
    return first + head(values.size, kind) + values.astype(values.dtype.newbyteorder(">")).tobytes()


def body(**keys: Any) -> dict[str, Any]:
    """The keys that every layer of 0.8 printed."""
    return {
        "activationFn": {"TanH": {}}, "adamMeanDecay": NOT_A_NUMBER, "adamVarDecay": NOT_A_NUMBER, "biasInit": 0.0,
        "biasLearningRate": 0.1, "dist": None, "dropOut": 0.0, "epsilon": NOT_A_NUMBER, "gradientNormalization": "None",
        "gradientNormalizationThreshold": 1.0, "l1": 0.0, "l1Bias": 0.0, "l2": 0.0, "l2Bias": 0.0, "layerName": None,
        "learningRate": 0.1, "learningRateSchedule": None, "momentum": NOT_A_NUMBER, "momentumSchedule": None,
        "rho": NOT_A_NUMBER, "rmsDecay": NOT_A_NUMBER, "updater": "SGD", "weightInit": "XAVIER",
    } | keys  # fmt: skip


def conf(name: str, variables: tuple[str, ...] = ("W", "b"), around: dict[str, Any] | None = None, **keys: Any) -> Any:
    """One entry of `confs`."""
    return {
        "iterationCount": 0, "l1ByParam": {}, "l2ByParam": {}, "layer": {name: body(**keys)}, "leakyreluAlpha": 0.0,
        "learningRateByParam": {}, "learningRatePolicy": "None", "lrPolicyDecayRate": NOT_A_NUMBER,
        "lrPolicyPower": NOT_A_NUMBER, "lrPolicySteps": NOT_A_NUMBER, "maxNumLineSearchIterations": 5,
        "miniBatch": True, "minimize": True, "numIterations": 1, "optimizationAlgo": "STOCHASTIC_GRADIENT_DESCENT",
        "pretrain": False, "seed": 12345, "stepFunction": None, "useDropConnect": False, "useRegularization": True,
        "variables": list(variables),
    } | (around or {})  # fmt: skip


def dense(n_in: int, n_out: int, around: dict[str, Any] | None = None, **keys: Any) -> Any:
    """A dense layer."""
    return conf("dense", nin=n_in, nout=n_out, around=around, **keys)


def output(n_in: int, n_out: int, around: dict[str, Any] | None = None, **keys: Any) -> Any:
    """An output layer with softmax and cross entropy."""
    last = {"activationFn": {"Softmax": {}}, "lossFn": {"MCXENT": {}}, "lossFunction": "MCXENT"}
    return conf("output", nin=n_in, nout=n_out, around=around, **last | keys)


def chain(*confs: Any, **top: Any) -> dict[str, Any]:
    """A `configuration.json` of 0.8."""
    return {
        "backprop": True, "backpropType": "Standard", "confs": list(confs), "inputPreProcessors": {},
        "iterationCount": 0, "pretrain": False, "tbpttBackLength": 20, "tbpttFwdLength": 20,
    } | top  # fmt: skip


def zipped(
    path: Path, value: dict[str, Any], params: np.ndarray, state: np.ndarray | None = None, **more: bytes
) -> Path:
    """Writes a model zip."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("configuration.json", json.dumps(value))
        file.writestr("coefficients.bin", stream(params))
        if state is not None:
            file.writestr("updaterState.bin", stream(state))
        for name, data in more.items():
            file.writestr(f"{name}.bin", data)
    return path
