"""Things as DL4J's JSON, both ways.

Names, spellings and constants are declared on the classes themselves (`key(json=…)`, `json_constants`, …); here are
only the rules that turn them into text and back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import ValidationError

from dl4py.activations.base import ACTIVATIONS
from dl4py.constraints.base import CONSTRAINTS
from dl4py.distributions.base import DISTRIBUTIONS
from dl4py.dropouts.base import DROPOUTS
from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.initializers.base import INITIALIZERS
from dl4py.layers.base import LAYERS
from dl4py.losses.base import LOSSES
from dl4py.preprocessors.base import PREPROCESSORS
from dl4py.reconstructions.base import RECONSTRUCTIONS
from dl4py.regularization.base import REGULARIZATION, Regularization
from dl4py.schedules.base import SCHEDULES, Schedule
from dl4py.spec import Thing, facts
from dl4py.updaters.base import UPDATERS, Updater
from dl4py.vertices.base import VERTICES
from dl4py.weight_noise.base import WEIGHT_NOISE

KINDS = (
    LAYERS, VERTICES, PREPROCESSORS, ACTIVATIONS, LOSSES, UPDATERS, SCHEDULES, REGULARIZATION, INITIALIZERS,
    DISTRIBUTIONS, DROPOUTS, WEIGHT_NOISE, CONSTRAINTS, RECONSTRUCTIONS,
)  # fmt: skip
FIXED = "org.nd4j.linalg.schedule.FixedSchedule"


def to_json(thing: Thing) -> dict[str, Any]:
    """The object that DL4J prints for a thing: `@class` first, then its keys in DL4J's order."""
    cls = type(thing)
    if cls.java is None:
        raise UnsupportedFeature(
            f"DL4J has no class for the {cls.type} `{getattr(thing, 'name', None) or cls.__name__}`"
        )
    values: dict[str, Any] = dict(cls.json_constants)
    for name, field in cls.model_fields.items():
        about = facts(field)
        if about.get("json") == "":
            continue
        values.update(_encoded(thing, about.get("json") or camel(name), getattr(thing, name), about))
    values |= thing.json_beside()
    first = {name: values.pop(name) for name in cls.json_first}
    tag = "type" if cls.java.startswith("org.deeplearning4j.nn.conf.distribution.") else "@class"
    return {tag: cls.java, **first, **dict(sorted(values.items())), **thing.json_more()}


def _encoded(thing: Thing, name: str, value: Any, about: Mapping[str, Any]) -> dict[str, Any]:
    if second := about.get("schedule"):
        if isinstance(value, Schedule) and (number := value.number()) is not None:
            return {name: number}
        if isinstance(value, Schedule):
            beside = thing.__dict__.get("_beside", {}).get(name, float("nan"))
            return {name: beside, second: to_json(value)}
        return {name: value} if isinstance(thing, Updater) else {name: value, second: None}
    if value is None and about.get("omit_null"):
        return {}
    if isinstance(thing, Regularization) and isinstance(value, float):
        return {name: {"@class": FIXED, "value": value}}
    if name == "weights" and value is not None:
        return {name: {"dataType": "FLOAT", "shape": [len(value)], "data": list(value)}}
    return {name: plain(value, about.get("spelling"))}


def plain(value: Any, spelling: str | None = None) -> Any:
    """A value as JSON: things as objects, with a `spelling` by name; words of a choice as DL4J spells them."""
    if isinstance(value, Thing):
        return value.type.upper() if spelling else to_json(value)
    if isinstance(value, tuple):
        if value and all(isinstance(item, tuple) and len(item) == 2 for item in value):
            return {str(key): plain(item) for key, item in value}
        return [plain(item) for item in value]
    if isinstance(value, str) and spelling == "upper":
        return value.upper()
    if isinstance(value, str) and spelling == "pascal":
        return "".join(part[:1].upper() + part[1:] for part in value.split("_"))
    return value


def camel(name: str) -> str:
    """``gain_init`` → ``gainInit``."""
    head, *rest = name.strip("_").split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def from_json(value: Any, where: str) -> Any:
    """The thing that an object of DL4J's JSON stands for; `where` is its path, for messages."""
    java = value.get("@class") or value.get("type") if isinstance(value, dict) else None
    if not isinstance(java, str):
        raise ModelFileError(f"{where}: expected an object with `@class`, found {str(value)[:60]}")
    cls = known(java, where)
    values = {}
    beside = {}  # numbers that DL4J keeps beside a schedule, which wins
    for name, field in cls.model_fields.items():
        about = facts(field)
        if about.get("json") == "":
            continue
        json = about.get("json") or camel(name)
        if about.get("schedule") and isinstance(value.get(json), float | int):
            beside[json] = float(value[json])
        found = _decoded(value, json, about, field.annotation, where)
        if found is not MISSING:
            values[name] = found
    thing = made(cls, cls.from_dl4j(values), where)
    thing.__dict__["_beside"] = beside
    return thing


MISSING = object()


def made(cls: type[Thing], values: dict[str, Any], where: str) -> Any:
    """A thing of checked values; a mistake names its place in the JSON."""
    try:
        return cls.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join([where, *map(str, first["loc"])])
        raise ModelFileError(f"{place}: {first['msg'].lower()}, found {str(first['input'])[:60]!r}") from None


def known(java: str, where: str) -> type[Thing]:
    """The class that stands for DL4J's `java`."""
    for kind in KINDS:
        cls = kind.by_java(java)
        if cls is not None:
            return cls
    raise UnsupportedFeature(f"{where}: the class `{java[:120]}` is not known here", hint="see `dl4py explain layer`")


def _decoded(value: dict[str, Any], name: str, about: Mapping[str, Any], annotation: Any, where: str) -> Any:
    second = about.get("schedule")
    if second and (schedule := value.get(second) or value.get(_older(second))):
        return from_json(schedule, f"{where}.{second}")
    if name not in value:
        return MISSING
    found = value[name]
    if isinstance(found, dict) and found.get("@class") == FIXED and not name.endswith("chedule"):
        found = found.get("value")
    return _value(found, about.get("spelling"), annotation, f"{where}.{name}")


def _older(name: str) -> str:
    return {"momentumISchedule": "momentumSchedule", "pschedule": "pSchedule"}.get(name, name)


def _value(found: Any, spelling: str | None, annotation: Any, where: str) -> Any:
    if isinstance(found, dict):
        if "data" in found and "shape" in found:
            return tuple(map(float, found["data"]))
        if "@class" in found or str(found.get("type", "")).startswith("org."):
            return from_json(found, where)
        return found
    if isinstance(found, list):
        return tuple(_value(item, spelling, None, f"{where}[{i}]") for i, item in enumerate(found))
    if isinstance(found, str) and spelling:
        return next((word for word in get_args(annotation) if same_word(word, found)), found.lower())
    if found in ("NaN", "Infinity", "-Infinity"):
        return float(found)
    return found


def same_word(ours: Any, theirs: str) -> bool:
    """Whether two spellings mean one word: ``clip_l2_per_layer`` and ``ClipL2PerLayer``."""
    return re.sub(r"[^a-z0-9]", "", str(ours).lower()) == re.sub(r"[^a-z0-9]", "", theirs.lower())
