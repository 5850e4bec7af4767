"""JSON Schema of specs: pydantic's, with the open tables of types filled in."""

from __future__ import annotations

from typing import Any

from dl4py.registry import KINDS, Kind
from dl4py.spec.sections import sections
from dl4py.spec.thing import Thing
from dl4py.spec.wording import bare_of, choices

BESIDE = ("description", "default")  # what may stand beside a reference


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a whole spec, as editors read it: completion, hover text, checks."""
    builder = _Builder()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "dl4py spec",
        "type": "object",
        "properties": {known.name: builder.section(known.thing) for known in sections()},
        "additionalProperties": False,
        "anyOf": [{"required": ["network"]}, {"required": ["transfer"]}],
        "$defs": builder.definitions,
    }


class _Builder:
    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}

    def section(self, cls: type[Thing]) -> dict[str, Any]:
        """A section; one that needs no key may be empty."""
        reference = self.reference(cls.__name__, cls)
        needs = any(field.is_required() for field in cls.model_fields.values())
        return reference if needs else {"anyOf": [reference, {"type": "null"}]}

    def member(self, cls: type[Thing], kind: Kind[Any]) -> dict[str, Any]:
        """A thing of a kind as a mapping with `type:`."""
        return self.reference(f"{kind.noun}.{cls.type}".replace(" ", "_"), cls, typed=True)

    def reference(self, name: str, cls: type[Thing], typed: bool = False) -> dict[str, Any]:
        """A reference to the schema of one class, which is made at its first use."""
        if name not in self.definitions:
            self.definitions[name] = {}  # stands while things that hold each other are described
            own = cls.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
            for inner_name, inner in own.pop("$defs", {}).items():
                self.definitions.setdefault(inner_name, self.filled(inner))
            made = self.filled(own)
            if typed:
                made["properties"] = {"type": {"const": cls.type}, **made["properties"]}
                made["required"] = ["type", *made.get("required", [])]
            self.definitions[name] = made
        return {"$ref": f"#/$defs/{name}"}

    def filled(self, value: Any) -> Any:
        """A schema with placeholders replaced by the tables they stand for, without hidden keys and our own facts."""
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "dl4py-kind" in value:
            beside = {name: value[name] for name in BESIDE if name in value}
            return {**beside, **self.kind(value["dl4py-kind"])}
        made = {
            name: inner if name == "default" else self.filled(inner)
            for name, inner in value.items()
            if name not in ("dl4py", "title", "properties")
        }
        if "properties" in value:
            properties = value["properties"].items()
            made["properties"] = {
                name: self.filled(inner) for name, inner in properties if not inner.get("dl4py", {}).get("hidden")
            }
            made["additionalProperties"] = False
        return made

    def kind(self, room: str) -> dict[str, Any]:
        """A reference to the choice between all members of a kind: a bare name, a bare value, or a mapping."""
        name = f"any_{room}"
        if name not in self.definitions:
            self.definitions[name] = {}
            kind = KINDS[room]
            members = kind.members()
            bare = [choice for choice in choices(bare_of(room)) if choice and "dl4py-kind" not in choice]
            mappings = [self.member(cls, kind) for cls in members.values()]
            self.definitions[name] = {"anyOf": [{"enum": _alone(members)}, *bare, *mappings]}
        return {"$ref": f"#/$defs/{name}"}


def _alone(members: dict[str, type[Thing]]) -> list[str]:
    """The names that need no further key and can stand for their thing."""
    return [
        name for name, cls in members.items() if not any(field.is_required() for field in cls.model_fields.values())
    ]
