"""What a key takes in plain words, from its JSON Schema."""

import pytest
from zoo import Dog, Zoo

from dl4py.spec.wording import inside, schema_of, shown, takes, way_out

WORDS = {
    "a whole number": {"type": "integer"},
    "a whole number of at least 0": {"type": "integer", "minimum": 0},
    "a number above 0 and at most 1": {"type": "number", "exclusiveMinimum": 0, "maximum": 1.0},
    "a number of at most 2.5": {"type": "number", "maximum": 2.5},
    "a number below 1": {"type": "number", "exclusiveMaximum": 1},
    "a number from -1 to 1": {"type": "number", "minimum": -1.0, "maximum": 1.0},
    "text": {"type": "string"},
    "one character": {"type": "string", "minLength": 1, "maxLength": 1},
    "text that is not empty": {"type": "string", "minLength": 1},
    "text of at least 2 and at most 4 characters": {"type": "string", "minLength": 2, "maxLength": 4},
    "one of `a`, `b`": {"type": "string", "enum": ["a", "b"]},
    "`a`": {"const": "a"},
    "a list": {"type": "array"},
    "a list of numbers above 0": {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}},
    "a list of mappings": {"type": "array", "items": {"$ref": "#/$defs/Hours"}},
    "a list of layers or graph vertices": {
        "type": "array", "items": {"anyOf": [{"dl4py-kind": "layers"}, {"dl4py-kind": "vertices"}]},
    },
    "a mapping of keys": {"$ref": "#/$defs/Hours"},
    "a mapping": {"type": "object", "additionalProperties": {"type": "number"}},
    "a number or a schedule": {"anyOf": [{"type": "number"}, {"dl4py-kind": "schedules"}, {"type": "null"}]},
    "a whole number or text": {"anyOf": [{"type": "integer"}, {"anyOf": [{"type": "string"}, {"type": "null"}]}]},
    "an updater": {"dl4py-kind": "updaters"},
}  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_what_a_schema_takes(words):
    import dl4py.network.config  # noqa: F401  # which brings layers, vertices and schedules

    assert takes(WORDS[words]) == words


def test_what_a_key_takes(zoo):
    assert takes(schema_of(Zoo.model_fields["animals"])) == "a list of animals"
    assert takes(schema_of(Zoo.model_fields["star"])) == "a whole number above 0 or an animal"
    assert takes(schema_of(Dog.model_fields["run"])) == "a list of 2 whole numbers above 0"


def test_what_stands_inside():
    pair = {"anyOf": [{"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}, {"type": "null"}]}
    assert [inside(pair, i) for i in range(3)] == [{"type": "integer"}, {"type": "string"}, {}]
    assert inside({"type": "array", "items": {"type": "number"}}, 7) == {"type": "number"}
    assert inside({"type": "object", "additionalProperties": {"type": "number"}}, "x") == {"type": "number"}
    assert inside({"type": "integer"}, 0) == {}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing"), (True, "true"), (3, "3"), (3.0, "3.0"), (0.1 + 0.2, "0.30000000000000004"), (float("inf"), "inf"),
        ("x", '"x"'), ([1], "a list"), ((1,), "a list"), ({}, "a mapping"), ("a" * 61, '"' + "a" * 60 + '…"'),
    ],
)  # fmt: skip
def test_how_a_value_is_quoted(value, words):
    assert shown(value) == words


@pytest.mark.parametrize(
    ("schema", "value", "hint"),
    [
        ({"type": "integer"}, "12", "without the quotes it is a number: 12"),
        ({"type": "number"}, "-1e-3", "without the quotes it is a number: -1e-3"),
        ({"type": "number"}, "3 epochs", "write the plain number, without a unit"),
        ({"type": "number"}, "three", None),
        ({"type": "string"}, 3, None),
        ({"type": "boolean"}, "On", "write `true`"),
        ({"type": "boolean"}, "n", "write `false`"),
        ({"type": "boolean"}, 0, "write `false`"),
        ({"type": "boolean"}, 0.0, None),
        ({"type": "integer"}, 4.0, "write 4"),
        ({"type": "integer"}, float("inf"), None),
        ({"type": "integer"}, None, "give a value, or leave the key out"),
        ({"type": "integer"}, [1], "one value is expected, not a list"),
        ({"type": "array", "items": {"type": "integer"}}, 3, "write `[3]`"),
        ({"type": "array", "items": {"type": "integer"}}, 3.5, None),
        ({"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}, 0, None),
        ({"enum": ["short", "long"]}, "LONG", "did you mean `long`?"),
        ({"enum": ["short", "long"]}, "zzz", None),
    ],
)
def test_ways_out(schema, value, hint):
    assert way_out(schema, value, []) == hint
