"""`Thing`: the frozen model that every configuration class is, and `key`, which declares one of its keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import repeat
from typing import Annotated, Any, ClassVar, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, WithJsonSchema, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, PydanticUndefined, ValidationError, core_schema

from dl4py.errors import UnknownType
from dl4py.registry import Kind
from dl4py.spec.source import Mark


class MarkedDict(dict[str, Any]):
    """A mapping read from text, with the place of each key and of each value."""

    def __init__(self, *entries: Any, mark: Mark | None = None) -> None:
        super().__init__(*entries)
        self.mark = mark
        self.keys_at: dict[str, Mark] = {}
        self.values_at: dict[str, Mark] = {}


class MarkedList(list[Any]):
    """A list read from text, with the place of each item."""

    def __init__(self, *items: Any, mark: Mark | None = None) -> None:
        super().__init__(*items)
        self.mark = mark
        self.items_at: list[Mark] = []


def marked(value: Any) -> Any:
    """Plain mappings and lists as if read from a text without places; what has places already stays."""
    if isinstance(value, MarkedDict | MarkedList):
        return value
    if isinstance(value, Mapping):
        return MarkedDict((str(name), marked(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return MarkedList(marked(item) for item in value)
    return value


def key(
    doc: str,
    *,
    default: Any = PydanticUndefined,
    json: str | None = None,
    inherited: bool = False,
    spelling: str | None = None,
    formerly: str | None = None,
    hidden: bool = False,
    schedule: str | None = None,
    omit_null: bool = False,
    **limits: Any,
) -> Any:
    """Declares a key of a thing: its documentation, default, name in DL4J's JSON.

    `json` is DL4J's name where it is not the camelCase of ours, `""` where DL4J's JSON has no such key;
    `inherited` keys take the value of `defaults:` when the thing itself does not say; `spelling` is how DL4J
    writes the words of a choice (`"upper"`, `"pascal"`); `schedule` is the second key under which DL4J keeps a
    schedule of this value; `omit_null` leaves a null out of DL4J's JSON; `formerly` is an older name; `limits` are
    pydantic's (`gt`, `ge`, `lt`, `le`, `min_length`, ...).
    """
    facts = {
        "json": json,
        "inherited": inherited,
        "spelling": spelling,
        "formerly": formerly,
        "hidden": hidden,
    }
    facts |= {"schedule": schedule, "omit_null": omit_null}
    extra: Any = {"dl4py": {name: fact for name, fact in facts.items() if fact not in (None, False)}}
    return Field(default, description=doc, json_schema_extra=extra, **limits)


def facts(field: FieldInfo) -> dict[str, Any]:
    """What `key` recorded beside pydantic's own description: json, inherited, spelling, formerly, hidden."""
    extra = field.json_schema_extra
    return extra.get("dl4py", {}) if isinstance(extra, dict) else {}  # type: ignore[return-value]


class Thing(BaseModel):
    """A value that a spec can hold: frozen, hashable, equal by its keys.

    The class is the only place where keys, ranges, defaults and documentation are written. A thing of a kind
    carries `type` and `java`; a class with `kind` set stands for the whole kind in field types and accepts a
    mapping with `type:`, the short form of a bare name, or an object.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        validate_default=True,
        arbitrary_types_allowed=True,
        populate_by_name=True,
    )

    kind: ClassVar[Kind[Any] | None] = None
    type: ClassVar[str] = ""
    java: ClassVar[str | None] = None
    short: ClassVar[str | None] = None  # the key that a bare value (not a name) fills
    json_constants: ClassVar[dict[str, Any]] = {}  # what DL4J's JSON holds beside our keys
    json_first: ClassVar[tuple[str, ...]] = ()  # keys that DL4J prints before the alphabetical rest

    def json_beside(self) -> dict[str, Any]:
        """What DL4J's JSON holds beside our keys or in their place, computed from them."""
        return {}

    def json_more(self) -> dict[str, Any]:
        """What DL4J's JSON holds last, computed from the keys."""
        return {}

    @classmethod
    def from_dl4j(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Values read from DL4J's JSON as this class wants them."""
        return values

    @classmethod
    def __pydantic_init_subclass__(cls, **how: Any) -> None:
        if (kind := cls.__dict__.get("kind")) is not None:
            kind.base = cls

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        kind = cls.__dict__.get("kind")
        if kind is None:
            return handler(source)
        return core_schema.no_info_plain_validator_function(
            lambda value: thing_of(kind, cls, value),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        kind = cls.__dict__.get("kind")
        if kind is None:
            return handler(schema)
        return {"dl4py-kind": kind.package.rsplit(".", 1)[-1]}

    @model_validator(mode="wrap")
    @classmethod
    def _remember_places(cls, value: Any, handler: Any) -> Self:
        if isinstance(value, dict) and cls.__dict__.get("kind") is None:
            value = _renamed(cls, value)
        if isinstance(value, MarkedDict):
            _find_files(cls, value)
            _keep_types(cls, value)
        made = handler(value)
        if isinstance(value, MarkedDict) and made is not value:
            made.__dict__["_marks"] = (value.mark, value.keys_at, value.values_at)
        return made

    def mark(self, name: str | None = None) -> Mark | None:
        """Where the key `name` was read, or the thing itself; None when it was built in Python."""
        whole, _, values = self.__dict__.get("_marks", (None, {}, {}))
        field = type(self).model_fields.get(name or "")
        found: Mark | None = values.get(field.alias or name) if field else None
        return found or whole

    def but(self, **changes: Any) -> Self:
        """A copy with other values, its places kept; the values are not checked again."""
        return self.model_copy(update=changes)

    def inherit(self, defaults: dict[str, Any]) -> Self:
        """A copy where inherited keys that were not written take the values of `defaults`."""
        fields = type(self).model_fields
        changes = {
            name: value
            for name, value in defaults.items()
            if name in fields and facts(fields[name]).get("inherited") and name not in self.model_fields_set
        }
        return self.but(**changes) if changes else self


def _renamed(cls: type[Thing], value: dict[str, Any]) -> dict[str, Any]:
    for name, field in cls.model_fields.items():
        old = facts(field).get("formerly")
        if old and old in value and name not in value:
            value[name] = value.pop(old)
            if isinstance(value, MarkedDict):
                for places in (value.keys_at, value.values_at):
                    places.update({name: places[old]} if old in places else {})
    return value


def _find_files(cls: type[Thing], value: MarkedDict) -> None:
    """Relative paths written in a file are meant from the file's folder."""
    for name in paths_of(cls) & value.keys():
        written = value[name]
        if isinstance(written, MarkedList):
            written[:] = map(_found, written, written.items_at or repeat(None))
        else:
            value[name] = _found(written, value.values_at.get(name))


def _found(written: Any, mark: Mark | None) -> Any:
    if isinstance(written, str) and mark is not None and mark.source.folder is not None and "://" not in written:
        return str(mark.source.folder / written)
    return written


@cache
def paths_of(cls: type[Thing]) -> frozenset[str]:
    """The keys, as a spec writes them, that hold paths alone or among other choices."""

    def holds(annotation: Any) -> bool:
        return isinstance(annotation, _FromSpec) or any(holds(part) for part in get_args(annotation))

    fields = cls.model_fields.items()
    return frozenset(f.alias or name for name, f in fields if any(map(holds, (*f.metadata, f.annotation))))


def _keep_types(cls: type[Thing], value: MarkedDict) -> None:
    """`--set master.workers=2` changes the default thing: it need not name its type again."""
    for name, field in cls.model_fields.items():
        inner = value.get(name)
        if not isinstance(inner, MarkedDict) or not isinstance(field.default, str) or "type" in inner:
            continue
        if inner.mark is not None and inner.mark.source.name == "--set":
            inner["type"] = field.default
            inner.keys_at["type"] = inner.values_at["type"] = inner.mark


class _FromSpec:
    """Marks keys that hold paths."""


def thing_of(kind: Kind[Any], base: type[Thing], value: Any) -> Any:
    """An object of `kind` out of an object, a mapping with `type:`, a name, or the kind's bare value.

    Mistakes inside the mapping are raised as one `PydanticCustomError` of type `thing`, whose context carries
    the inner errors; `spec.bind` takes them apart again.
    """
    if isinstance(value, base):
        return value
    if isinstance(value, str):
        value = {"type": value}
    elif base.short and not isinstance(value, dict):
        bare_type, _, bare_key = base.short.rpartition(".")
        value = {"type": bare_type, bare_key: value}
    if not isinstance(value, dict):
        raise PydanticCustomError("thing_type", "expected a name or a mapping with `type:`")
    if "type" not in value:
        raise PydanticCustomError("type_missing", "`type` is missing", {"kind": kind.noun})
    name = value["type"]
    if not isinstance(name, str):
        raise PydanticCustomError("type_word", "`type` must be a word")
    try:
        cls = kind.get(name)
    except UnknownType as error:
        raise PydanticCustomError("type_unknown", "{message}", {"message": str(error), "hint": error.hint}) from None
    inner: Any = type(value)((k, v) for k, v in value.items() if k != "type")
    if isinstance(value, MarkedDict):
        inner.mark, inner.keys_at, inner.values_at = value.mark, value.keys_at, value.values_at
    try:
        return cls.model_validate(inner)
    except ValidationError as error:
        raise PydanticCustomError(
            "thing", "{type}", {"type": name, "errors": error.errors(include_url=False), "thing": cls}
        ) from None


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _as_several(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Flag = Annotated[bool, Strict()]
Size = Annotated[int, Field(strict=True, gt=0)]
Count = Annotated[int, Field(strict=True, ge=0)]
Fraction = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_as_several),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Sizes = Annotated[tuple[Size, ...], BeforeValidator(_as_tuple)]
Numbers = Annotated[tuple[Number, ...], BeforeValidator(_as_tuple)]
FilePath = Annotated[str, _FromSpec()]
AsTuple = BeforeValidator(_as_tuple)
AsSeveral = BeforeValidator(_as_several)
