"""The JSON Schema accepts what the binder accepts and refuses what it refuses."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from dl4py.errors import SpecError
from dl4py.registry import KINDS
from dl4py.spec import Source
from dl4py.spec.bind import bind
from dl4py.spec.parse import parse
from dl4py.spec.reference import kinds
from dl4py.spec.schema import schema

HERE = Path(__file__).parent
SPECS = sorted((HERE.parents[1] / "specs").glob("*.yaml"))
BROKEN = sorted((HERE.parent / "cli" / "broken").glob("*.yaml"))


@pytest.fixture(scope="module")
def made():
    return schema()


@pytest.fixture(scope="module")
def check(made):
    validator = Draft202012Validator(made)
    return lambda tree: [error.message for error in validator.iter_errors(tree)]


@pytest.fixture
def check_zoo(zoo):
    validator = Draft202012Validator(schema())
    return lambda text: validator.is_valid({"network": {}, "zoo": parse(Source("s.yaml", f"zoo: {text}"))["zoo"]})


def test_it_is_a_schema(made):
    Draft202012Validator.check_schema(made)
    assert json.loads(json.dumps(made)) == made


def every(tree):
    """All mappings inside a schema."""
    if isinstance(tree, dict):
        yield tree
    for inner in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from every(inner)


def test_no_placeholder_is_left(made):
    assert not any("dl4py-kind" in part or "dl4py" in part for part in every(made))
    assert all(made["$defs"].values())


def test_all_references_lead_somewhere(made):
    names = {part["$ref"].removeprefix("#/$defs/") for part in every(made) if "$ref" in part}
    assert names <= made["$defs"].keys()


def test_every_mapping_of_keys_is_closed_and_every_key_described(made):
    things = [part for part in every(made["$defs"]) if isinstance(part.get("properties"), dict)]
    assert len(things) > 100
    for thing in things:
        assert thing["additionalProperties"] is False
        for name, key in thing["properties"].items():
            assert name == "type" or key.get("description"), (thing.get("description"), name)


def test_every_member_of_every_kind_that_a_spec_can_hold_is_there(made):
    for room, kind in kinds().items():
        if f"any_{room}" in made["$defs"]:
            for name in kind.members():
                assert f"{kind.noun}.{name}".replace(" ", "_") in made["$defs"]
    assert {f"any_{room}" for room in KINDS} >= {name for name in made["$defs"] if name.startswith("any_")}
    assert {"any_layers", "any_updaters", "any_readers", "any_masters"} <= made["$defs"].keys()


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_the_specs_of_the_project_are_valid(path, check):
    assert check(parse(Source.read(path))) == []


SEEN_LATER = {  # what only the binder or the network can know
    "choice-loss-activation", "cycle", "duplicate-layer-name", "layers-and-vertices", "map-without-zero", "no-inputs", "no-layers",
    "range-infinite", "range-nan-rate", "solver", "unknown-input", "unknown-output", "vertex-in-chain",
}  # fmt: skip


@pytest.mark.parametrize("path", BROKEN, ids=lambda p: p.stem)
def test_what_the_binder_refuses_the_schema_refuses(path, check):
    try:
        source = Source.read(path)
        tree = parse(source)
    except SpecError:
        return  # no YAML, so there is nothing for a schema to see
    try:
        bind(source)
    except SpecError:
        assert check(tree) or path.stem in SEEN_LATER
    else:
        assert check(tree) == []


GOOD = [
    "{}", "~", "{star: cat}", "{star: 3}", "{star: {type: cat, friend: {type: dog, weight: 1}}}", "{animals: [cat, 2, {type: dog, weight: 0.5}]}",
    "{hours: {closes: 20}}", "{hours: ~}", "{days: [{closes: 20}]}", "{pens: [1, 2]}", "{prices: 3}", "{prices: [a]}",
    "{star: {type: dog, weight: 1, tricks: sit, run: [1, 2], from: x}}", "{title: Gate}",
]  # fmt: skip
BAD = [
    "3", "{zzz: 1}", "{star: horse}", "{star: dog}", "{star: 0}", "{star: 2.5}", "{star: {type: horse}}", "{star: {lives: 3}}",
    "{star: {type: dog}}", "{star: {type: cat, lives: 0}}", "{star: {type: cat, weight: 1}}", "{star: {type: dog, weight: 0}}",
    "{star: {type: dog, weight: 1, joy: 2}}", "{star: {type: dog, weight: 1, trained: yes}}", "{star: {type: cat, fur: mid}}",
    "{star: {type: dog, weight: 1, run: [1]}}", "{star: {type: dog, weight: 1, run: [1, 2, 3]}}", "{animals: cat}", "{animals: [dog]}",
    "{hours: {}}", "{hours: {closes: 3, zzz: 1}}", "{days: [{}]}", "{pens: [0]}", "{prices: [3]}", "{prices: 0}", "{title: 3}",
    "{title: aaaaaaaaaaaaaaaaaaaaaaaaa}",
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_good(check_zoo, text):
    assert check_zoo(text)
    bind(f"zoo: {text}", required=())


@pytest.mark.parametrize("text", BAD)
def test_bad(check_zoo, text):
    assert not check_zoo(text)
    with pytest.raises(SpecError):
        bind(f"zoo: {text}", required=())


def test_one_definition(zoo):
    assert schema()["$defs"]["animal.cat"] == {
        "type": "object",
        "description": "A cat, which has lives.",
        "properties": {
            "type": {"const": "cat"},
            "name": {
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "default": None,
                "description": "Name on the door.",
            },
            "lives": {"type": "integer", "exclusiveMinimum": 0, "default": 9, "description": "Lives left."},
            "fur": {
                "type": "string",
                "enum": ["short", "long"],
                "default": "short",
                "description": "Length of the fur.",
            },
            "friend": {
                "anyOf": [{"$ref": "#/$defs/any_zoo"}, {"type": "null"}],
                "default": None,
                "description": "Another animal.",
            },
        },
        "required": ["type"],
        "additionalProperties": False,
    }


def test_a_table_of_types(zoo):
    assert schema()["$defs"]["any_zoo"] == {
        "anyOf": [
            {"enum": ["cat"]},
            {"type": "integer", "exclusiveMinimum": 0},
            {"$ref": "#/$defs/animal.cat"},
            {"$ref": "#/$defs/animal.dog"},
        ]
    }


def test_a_default_stands_beside_a_table(zoo):
    assert schema()["$defs"]["Zoo"]["properties"]["star"] == {
        "description": "The one on the poster.", "default": "cat", "$ref": "#/$defs/any_zoo",
    }  # fmt: skip


def test_hidden_keys_are_not_offered(zoo):
    assert "tail" not in schema()["$defs"]["animal.dog"]["properties"]
    assert "title" in schema()["$defs"]["Zoo"]["properties"]
