"""Loose learning rates, momenta and policies of DL4J 0.x, as updater objects with schedules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dl4py.errors import UnsupportedFeature
from dl4py.formats.dl4j.legacy.objects import ND4J, finite, warn

CONFIG = f"{ND4J}.learning.config."
SCHEDULE = f"{ND4J}.schedule."
COMPOUNDED = "dl4py.schedules.compounded"
KEYS: dict[str, tuple[str, dict[str, str]]] = {
    "SGD": ("Sgd", {}),
    "ADAM": ("Adam", {"beta1": "adamMeanDecay", "beta2": "adamVarDecay", "epsilon": "epsilon"}),
    "ADAMAX": ("AdaMax", {"beta1": "adamMeanDecay", "beta2": "adamVarDecay", "epsilon": "epsilon"}),
    "NADAM": ("Nadam", {"beta1": "adamMeanDecay", "beta2": "adamVarDecay", "epsilon": "epsilon"}),
    "ADADELTA": ("AdaDelta", {"rho": "rho", "epsilon": "epsilon"}),
    "NESTEROVS": ("Nesterovs", {"momentum": "momentum"}),
    "ADAGRAD": ("AdaGrad", {"epsilon": "epsilon"}),
    "RMSPROP": ("RmsProp", {"rmsDecay": "rmsDecay", "epsilon": "epsilon"}),
    "NONE": ("NoOp", {}),
}
WITHOUT_RATE = ("ADADELTA", "NONE")


def updaters(conf: Mapping[str, Any], body: Mapping[str, Any], first: bool, where: str) -> tuple[Any, Any]:
    """The objects `iupdater` and `biasUpdater` of a layer; the second is None where biases learn as weights do."""
    word = body.get("updater")
    if word is None:
        return None, None
    if str(word) not in KEYS:
        raise UnsupportedFeature(f"{where}: the updater `{str(word)[:40]}` of DL4J 0.x is not known here")
    if word == "ADADELTA" and first:
        warn(f"{where}: DL4J 0.5.0 computed AdaDelta wrongly; training goes on with the right formula")
    weights = _rate(conf, body, bias=False)
    biases = _rate(conf, body, bias=True)
    made = _updater(conf, body, weights, first, where)
    if word in WITHOUT_RATE or biases is None or biases == weights:
        return made, None
    return made, _updater(conf, body, biases, first, where)


def _rate(conf: Mapping[str, Any], body: Mapping[str, Any], *, bias: bool) -> float | None:
    """The rate in force: by parameter, where policies had written it, else the layer's."""
    found = by_role(conf.get("learningRateByParam"), bias=bias)
    own = finite(body.get("biasLearningRate")) if bias else None
    return next((rate for rate in (found, own, finite(body.get("learningRate"))) if rate is not None), None)


def by_role(values: Any, *, bias: bool) -> float | None:
    """The number that all weights, or all biases, have in a mapping by parameter; None where they differ."""
    if not isinstance(values, dict):
        return None
    found = {finite(value) for name, value in values.items() if is_bias(name) == bias}
    return found.pop() if len(found) == 1 else None


def is_bias(name: str) -> bool:
    """Whether a parameter of that name is a bias: `b`, `bF`, `bB`, `vb`, `e0b`, ..."""
    return name in ("bF", "bB") or name.endswith("b")


def _updater(
    conf: Mapping[str, Any], body: Mapping[str, Any], rate: float | None, first: bool, where: str
) -> dict[str, Any]:
    name, keys = KEYS[body["updater"]]
    made: dict[str, Any] = {"@class": CONFIG + name}
    for ours, theirs in keys.items():
        value = finite(body.get(theirs))
        if value is not None and (value > 0 or ours != "epsilon"):
            made[ours] = value
    if name == "Nesterovs":
        if first and "momentum" not in made:
            made["momentum"] = 0.5
        if isinstance(table := body.get("momentumSchedule"), dict) and table:
            made["momentumISchedule"] = _map(table, made.get("momentum", 0.9))
    if body["updater"] in WITHOUT_RATE:
        return made
    if rate is not None:
        made["learningRate"] = rate
    if (schedule := _policy(conf, body, rate, where)) is not None:
        made["learningRateSchedule"] = schedule
    return made


def _policy(conf: Mapping[str, Any], body: Mapping[str, Any], rate: float | None, where: str) -> Any:
    """The schedule of a `learningRatePolicy`; what DL4J 0.x multiplied into the stored rate goes on compounding."""
    policy = str(conf.get("learningRatePolicy") or "None")
    decay, power, steps = (finite(conf.get(f"lrPolicy{name}")) for name in ("DecayRate", "Power", "Steps"))
    table = body.get("learningRateSchedule")
    if policy == "Schedule" and isinstance(table, dict) and table:
        return _map(table, rate)
    if rate is None or policy in ("None", "Schedule"):
        return None
    if policy == "Score":
        warn(f"{where}: the learning rate policy Score is left out; the rate stays {rate:g}")
        return None
    if policy == "TorchStep" and decay is not None and steps:
        places = [i for i in range(2, int(steps) + 1) if steps % i == 0]
        return _map({str(i): rate * decay ** (k + 1) for k, i in enumerate(places)}, rate)
    factors: dict[str, tuple[str, dict[str, Any]]] = {
        "Exponential": ("Exponential", {"gamma": decay}),
        "Inverse": ("Inverse", {"gamma": decay, "power": power}),
        "Poly": ("Poly", {"power": power, "maxIter": conf.get("numIterations")}),
        "Sigmoid": ("Sigmoid", {"gamma": decay, "stepSize": steps and int(steps)}),
        "Step": ("Step", {"decayRate": decay, "step": steps}),
    }
    if policy not in factors or None in factors[policy][1].values():
        raise UnsupportedFeature(f"{where}: the learning rate policy `{policy[:40]}` cannot be read")
    name, keys = factors[policy]
    factor = {"@class": f"{SCHEDULE}{name}Schedule", "initialValue": 1.0, "scheduleType": "ITERATION", **keys}
    done = conf.get("iterationCount")
    return {"@class": COMPOUNDED, "start": rate, "since": done if isinstance(done, int) else 0, "factor": factor}


def _map(table: Mapping[str, Any], start: float | None) -> dict[str, Any]:
    values = ({} if start is None else {"0": start}) | dict(table)
    return {"@class": f"{SCHEDULE}MapSchedule", "scheduleType": "ITERATION", "values": values}
