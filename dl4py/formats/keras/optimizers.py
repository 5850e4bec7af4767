"""Keras' optimizers in DL4J's words: the updater, what its state is made of, and where the two rules differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from dl4py.errors import UnsupportedFeature
from dl4py.formats.importers.base import differs
from dl4py.formats.keras.schedules import rate_of

TINY = 1e-30  # an epsilon that no float sees beside a running array
GONE = "save the model again with model.save(path, include_optimizer=False)"


@dataclass(frozen=True)
class Running:
    """One of Keras' running arrays: the state it becomes as ``scale x + shift`` (None: no place), its first value."""

    state: str | None
    first: float = 0.0
    scale: float = 1.0
    shift: float = 0.0


@dataclass(frozen=True)
class Rule:
    """An optimizer as a spec writes it.

    `groups` are its running arrays as a file holds them: all variables' arrays of the first group, then of the next;
    within a group a variable's arrays are neighbours. `layer` are keys of every layer: clipping and weight decay.
    """

    updater: dict[str, Any]
    groups: tuple[tuple[Running, ...], ...] = ()
    layer: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Optimizer:
    """What a file says about an optimizer; `old` ones (before Keras 2.11) have rules and files of their own."""

    config: dict[str, Any]
    where: str
    old: bool

    @property
    def rate(self) -> Any:
        """The learning rate, a number or a schedule as a spec writes it."""
        return rate_of(self.config, self.where)

    @property
    def epsilon(self) -> float:
        """Keras' own default where the file says nothing."""
        return float(self.config.get("epsilon") or 1e-7)

    def number(self, name: str, default: float) -> float:
        """A setting."""
        value = self.config.get(name)
        return default if value is None else float(value)

    def differs(self, text: str) -> None:
        """Warns that training goes on otherwise than in Keras."""
        differs(self.where, text)


Convert = Callable[[Optimizer], Rule]
CONVERTS: dict[str, Convert] = {}


def converts(name: str) -> Callable[[Convert], Convert]:
    """Enters the conversion of one of Keras' optimizers under its class in small letters."""

    def enter(function: Convert) -> Convert:
        CONVERTS[name] = function
        return function

    return enter


def rule_of(training: dict[str, Any] | None, where: str, version: tuple[int, int]) -> Rule | None:
    """The rule that a model was compiled with; None where the file names no optimizer."""
    about = (training or {}).get("optimizer") or (training or {}).get("optimizer_config")
    if not isinstance(about, dict):
        return None
    name, config = str(about.get("class_name")), about.get("config", {})
    convert = CONVERTS.get(name.removeprefix("Custom>").lower())
    if convert is None:
        raise UnsupportedFeature(f"{where}: the optimizer {name} has no equal in DL4J", hint=GONE)
    old = version[0] < 3 and bool(config.get("is_legacy_optimizer", True))  # the newer ones all say that they are not
    optimizer = Optimizer(config, where, old)
    rule = convert(optimizer)
    if optimizer.old:
        rule = replace(rule, groups=tuple((running,) for group in rule.groups for running in group))
    return replace(_averaged(rule, optimizer), layer={**_clipping(optimizer), **_decay(optimizer)})


@converts("sgd")
def _sgd(o: Optimizer) -> Rule:
    momentum = o.number("momentum", 0.0)
    if not momentum:
        return Rule({"type": "sgd", "learning_rate": o.rate})
    if not o.config.get("nesterov"):
        o.differs("SGD has momentum without Nesterov's correction, DL4J's `nesterovs` has it with")
    updater = {"type": "nesterovs", "learning_rate": o.rate, "momentum": momentum}
    return Rule(updater, ((Running("v"),),))


@converts("adam")
def _adam(o: Optimizer) -> Rule:
    moments = (Running("m"), Running("v"))
    if o.config.get("amsgrad"):
        return Rule({"type": "ams_grad", **_betas(o)}, (moments, (Running("v_hat"),)))
    return Rule({"type": "adam", **_betas(o)}, (moments,))


@converts("adamw")
def _adamw(o: Optimizer) -> Rule:
    return _adam(o)


@converts("adamax")
def _adamax(o: Optimizer) -> Rule:
    o.differs(f"Adamax adds epsilon {o.epsilon:g} to its divisor, DL4J's `ada_max` 1e-32")
    return Rule({"type": "ada_max", **_betas(o)}, ((Running("m"), Running("u")),))


@converts("nadam")
def _nadam(o: Optimizer) -> Rule:
    o.differs(
        "Nadam corrects the bias of both moments and warms up its momentum, DL4J's `nadam` corrects only the first"
    )
    o = replace(o, config={**o.config, "decay": 0.0})  # before Keras 2.11 the momentum's, not the rate's
    return Rule({"type": "nadam", **_betas(o)}, ((Running("m"), Running("v")),))


@converts("rmsprop")
def _rmsprop(o: Optimizer) -> Rule:
    if not o.old:
        o.differs(f"RMSprop adds epsilon {o.epsilon:g} under the root, DL4J's `rms_prop` beside it")
    groups = [(Running("c"),)]
    for setting in ("momentum", "centered"):
        if o.config.get(setting):
            o.differs(f"RMSprop has `{setting}`, DL4J's `rms_prop` has not")
            groups.append((Running(None),))
    decay = o.number("rho", 0.9)
    updater = {"type": "rms_prop", "learning_rate": o.rate, "rms_decay": decay, "epsilon": o.epsilon}
    return Rule(updater, tuple(groups))


@converts("adagrad")
def _adagrad(o: Optimizer) -> Rule:
    """Keras divides by ``sqrt(h + eps)``: the same as a sum that began eps higher."""
    if isinstance(o.rate, dict):
        o.differs("real DL4J forgets the schedule of an `ada_grad` and trains to NaN")
    first = o.number("initial_accumulator_value", 0.0 if o.old else 0.1)
    if o.old:
        return Rule(
            {"type": "ada_grad", "learning_rate": o.rate, "epsilon": o.epsilon}, ((Running("h", first=first),),)
        )
    updater = {"type": "ada_grad", "learning_rate": o.rate, "epsilon": TINY}
    return Rule(updater, ((Running("h", first=first, shift=o.epsilon),),))


@converts("adadelta")
def _adadelta(o: Optimizer) -> Rule:
    """A learning rate r on the step ``g sqrt(D + eps) / sqrt(E + eps)`` is ``r^2 D`` and ``r^2 eps`` above."""
    rate = o.rate
    if isinstance(rate, dict):
        raise UnsupportedFeature(f"{o.where}: DL4J's `ada_delta` has no learning rate to follow a schedule", hint=GONE)
    if rate != 1.0:
        o.differs(
            f"Adadelta has the learning rate {rate:g}, DL4J's `ada_delta` none: it enters by an epsilon of "
            f"{rate * rate * o.epsilon:g}, which also stands in the divisor, there instead of {o.epsilon:g}"
        )
    updater = {"type": "ada_delta", "rho": o.number("rho", 0.95), "epsilon": rate * rate * o.epsilon}
    return Rule(updater, ((Running("msg"), Running("msdx", scale=rate * rate)),))


def _betas(o: Optimizer) -> dict[str, Any]:
    betas = {"beta1": o.number("beta_1", 0.9), "beta2": o.number("beta_2", 0.999)}
    return {"learning_rate": o.rate, **betas, "epsilon": o.epsilon}


def _averaged(rule: Rule, o: Optimizer) -> Rule:
    """Arrays that Keras' base class keeps besides."""
    more: list[tuple[Running, ...]] = []
    if o.config.get("use_ema"):
        o.differs("Keras keeps a running mean of the weights (`use_ema`), DL4J does not")
        more.append((Running(None),))
    if o.config.get("gradient_accumulation_steps"):
        o.differs("Keras adds up the gradients of several batches (`gradient_accumulation_steps`), DL4J does not")
        more.append((Running(None),))
    return replace(rule, groups=(*more, *rule.groups))


def _clipping(o: Optimizer) -> dict[str, Any]:
    if o.config.get("global_clipnorm"):
        o.differs("Keras clips the norm of all gradients together (`global_clipnorm`), DL4J does not")
    for theirs, ours in (("clipnorm", "clip_l2_per_param_type"), ("clipvalue", "clip_element_wise_absolute_value")):
        if o.config.get(theirs):
            return {"gradient_normalization": ours, "gradient_normalization_threshold": float(o.config[theirs])}
    return {}


def _decay(o: Optimizer) -> dict[str, Any]:
    """``w <- w (1 - rate decay)``, which is DL4J's weight decay with the learning rate."""
    decay = o.config.get("weight_decay")
    return {"weight_decay": float(decay), "weight_decay_bias": float(decay)} if decay else {}
