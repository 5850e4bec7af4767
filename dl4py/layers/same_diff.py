"""What the layers share that DL4J writes as SameDiff graphs: their JSON, and a gradient that DL4J takes twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.errors import MissingKey
from dl4py.initializers import Initializer
from dl4py.layers.base import Layer, UpdatedKeys
from dl4py.plan import Array, Emitter, Param
from dl4py.spec import Thing, key

T = TypeVar("T", bound=Thing)
OLD_NAMES = {"lecun_normal": "normal", "xavier_fan_in": "normal"}


def _bare(thing: T) -> T:
    if type(thing).model_fields and (isinstance(thing, Initializer) or thing != type(thing)()):
        raise PydanticCustomError(
            "bare_name",
            "DL4J keeps it by its name here, `{name}` cannot have keys of its own",
            {"name": thing.type},
        )
    return thing


BareActivation = Annotated[Activation, AfterValidator(_bare)]
BareInitializer = Annotated[Initializer, AfterValidator(_bare)]


class SameDiffKeys(UpdatedKeys):
    """Keys of SameDiff layers and vertices with parameters; DL4J's defaults do not reach their `weight_init`."""

    penalties_scored: ClassVar[bool] = False

    weight_init: BareInitializer = key("First values of weights.", default="xavier", spelling="upper")

    @classmethod
    def from_dl4j(cls, values: dict[str, Any]) -> dict[str, Any]:
        name = values.get("weight_init")
        return values | ({"weight_init": OLD_NAMES[name]} if name in OLD_NAMES else {})


class SameDiffLayer(Layer, UpdatedKeys):
    """A layer whose parameters are listed in its JSON."""

    summary_name: ClassVar[str] = "SameDiffLayer"
    json_constants: ClassVar[dict[str, Any]] = {"paramWeightInit": None}

    def trained(self) -> UpdatedKeys | None:
        return self

    def json_beside(self) -> dict[str, Any]:
        return {"layerParams": listed(self.params())}


def known(thing: Thing, *names: str) -> tuple[int, ...]:
    """The values of keys that the input gives; raises `MissingKey` where nobody says what the network is fed."""
    for name in names:
        if getattr(thing, name) is None:
            called = f"`{getattr(thing, 'name', None)}` ({thing.type})"
            raise MissingKey(
                f"{called} needs `{name}`: the network does not say what it is fed",
                at=thing.mark(),
                hint="give the network's `input` its shape",
            )
    return tuple(getattr(thing, name) for name in names)


def listed(params: Sequence[Param]) -> dict[str, Any]:
    """Shapes by name, weights and biases apart."""
    return {
        "biasParams": {p.name: list(p.shape) for p in params if p.role == "bias"},
        "weightParams": {p.name: list(p.shape) for p in params if p.role == "weight"},
    }


def taken_twice(e: Emitter, dy: Array) -> Array:
    """The gradient of the output as DL4J passes it on: doubled (quirk 16)."""
    if e.quirk(16):
        e(k.rows.scale, dy.flat, 2.0)
    return dy
