"""JSON Schema of specs: pydantic's, with the open tables of types filled in."""

from __future__ import annotations

from typing import Any

from dl4py.registry import KINDS, Kind
from dl4py.spec.sections import sections
from dl4py.spec.thing import Thing, facts


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a whole spec."""
    builder = _Builder()
    properties = {known.name: builder.thing(known.thing) for known in sections()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "dl4py spec",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "anyOf": [{"required": ["network"]}, {"required": ["transfer"]}],
        "$defs": builder.definitions,
    }


class _Builder:
    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}

    def thing(self, cls: type[Thing], kind: Kind[Any] | None = None) -> dict[str, Any]:
        """A reference to the schema of one class."""
        name = f"{kind.noun}.{cls.type}".replace(" ", "_") if kind else cls.__name__
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self.closed(cls, kind)
        return {"$ref": f"#/$defs/{name}"}

    def closed(self, cls: type[Thing], kind: Kind[Any] | None) -> dict[str, Any]:
        """The schema of one class: its keys and no others."""
        own = cls.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
        for name, inner in own.pop("$defs", {}).items():
            if name not in self.definitions:
                self.definitions[name] = {}
                self.definitions[name] = self.filled(inner) | {"additionalProperties": False}
        made = self.filled(own)
        made.pop("dl4py", None)
        for name, field in cls.model_fields.items():
            if facts(field).get("hidden"):
                made.get("properties", {}).pop(field.alias or name, None)
        if kind is not None:
            made["properties"] = {"type": {"const": cls.type}, **made.get("properties", {})}
            made["required"] = ["type", *made.get("required", [])]
        made["additionalProperties"] = False
        return made

    def filled(self, value: Any) -> Any:
        """Placeholders replaced by the tables they stand for; our own facts left out."""
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "dl4py-kind" in value:
            return {**{k: v for k, v in value.items() if k == "description"}, **self.kind(value["dl4py-kind"])}
        return {k: self.filled(v) for k, v in value.items() if k not in ("dl4py", "title")}

    def kind(self, name: str) -> dict[str, Any]:
        """A reference to the choice between all members of a kind."""
        key = f"any_{name}"
        if key not in self.definitions:
            kind = KINDS[name]
            self.definitions[key] = {}
            members = kind.members()
            choices: list[Any] = [{"enum": sorted(members)}]
            base = getattr(next(iter(members.values())), "short", None)
            if base:
                choices.append({"type": "number"})
            choices += [self.thing(cls, kind) for cls in members.values()]
            self.definitions[key] = {"anyOf": choices}
        return {"$ref": f"#/$defs/{key}"}
