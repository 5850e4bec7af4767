"""`--set key.path=value` on a parsed text."""

import pytest
from zoo import Cat, Dog, Hours

from dl4py.errors import SpecError
from dl4py.spec import Source
from dl4py.spec.bind import bind
from dl4py.spec.override import override
from dl4py.spec.parse import parse

pytestmark = pytest.mark.usefixtures("zoo")
TEXT = "zoo:\n  pens: [1, 2]\n  star: cat\n  animals:\n    - {name: rex, type: dog, weight: 3}\n    - {type: cat}\n"


def read(*options):
    return bind(Source("s.yaml", TEXT), options, required=()).zoo


def changed(text, option):
    tree = parse(Source("s.yaml", text))
    override(tree, option)
    return tree


def refusal(*options) -> str:
    with pytest.raises(SpecError) as error:
        read(*options)
    return error.value.render()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("a=5", 5), ("a=1e-4", 1e-4), ("a=off", "off"), ("a=true", True), ("a=", None), ("a=x=y", "x=y"), ("a=[1, 2]", [1, 2]),
        ("a={b: {c: 1}}", {"b": {"c": 1}}), ("a='5'", "5"), ("a=2001-01-01", "2001-01-01"), ("a=x # why", "x"), ("a=C:/x", "C:/x"),
        ("a= 5 ", 5), ("a=b:\n  c: 1\nd: 2", {"b": {"c": 1}, "d": 2}),
    ],
)  # fmt: skip
def test_values_are_read_as_yaml(option, value):
    assert changed("x: 1", option) == {"x": 1, "a": value}


def test_keys_sections_and_items():
    zoo = read("zoo.pens=[7]", "zoo.animals.1.lives=2", "zoo.animals.rex.weight=4.5", "zoo.hours.closes=20")
    assert zoo.pens == (7,)
    assert zoo.animals == (Dog(name="rex", weight=4.5), Cat(lives=2))
    assert zoo.hours == Hours(closes=20)


def test_later_options_win():
    assert read("zoo.pens=[7]", "zoo.pens.0=8").pens == (8,)


def test_a_whole_item_is_replaced():
    assert read("zoo.animals.rex=cat").animals == (Cat(), Cat())


def test_a_number_is_the_place_even_where_a_name_looks_like_one():
    tree = changed("a: [{name: '1'}, {name: x}]", "a.1.b=3")
    assert tree == {"a": [{"name": "1"}, {"name": "x", "b": 3}]}


def test_a_short_form_becomes_a_mapping():
    assert read("zoo.star.lives=2").star == Cat(lives=2)


def test_a_key_of_a_thing_by_default_keeps_its_type():
    bare = bind("zoo: {}", ["zoo.star.lives=2"], required=()).zoo
    assert bare.star == Cat(lives=2)


def test_sections_are_made():
    assert bind("zoo: {}", ["training.epochs=5"], required=()).training.epochs == 5


REFUSED = {
    "zoo.pens": "`--set zoo.pens` has no `=`\n   = hint: write `--set key.path=value`",
    "=3": "`--set =3` has no `=`\n   = hint: write `--set key.path=value`",
    "zoo.pens.2=3": (
        "--set:1:10: `zoo.pens.2` leads nowhere\n  |\n1 | zoo.pens.2=3\n  |          ^\n   = hint: its items: 0, 1"
    ),
    "zoo.animals.max.weight=3": (
        "--set:1:13: `zoo.animals.max.weight` leads nowhere\n  |\n1 | zoo.animals.max.weight=3\n  |             ^^^\n"
        "   = hint: its items: 0, 1, rex"
    ),
    "zoo.animals.-1.weight=3": (
        "--set:1:13: `zoo.animals.-1.weight` leads nowhere\n  |\n1 | zoo.animals.-1.weight=3\n  |             ^^\n"
        "   = hint: its items: 0, 1, rex"
    ),
    "zoo.animals.rex.weight.grams=3": (
        "--set:1:17: `zoo.animals.rex.weight.grams` leads nowhere\n  |\n1 | zoo.animals.rex.weight.grams=3\n"
        "  |                 ^^^^^^\n   = hint: `zoo.animals.rex.weight` holds a single value"
    ),
    "zoo..pens=3": (
        "--set:1:5: `zoo..pens` leads nowhere\n  |\n1 | zoo..pens=3\n  |     ^\n"
        "   = hint: a key is missing between two dots, or at an end"
    ),
    "zoo.=3": (
        "--set:1:5: `zoo.` leads nowhere\n  |\n1 | zoo.=3\n  |     ^\n   = hint: a key is missing between two dots, or at an end"
    ),
    "zoo.pens=[1": (
        "--set:1:10: this bracket is not closed\n  |\n1 | zoo.pens=[1\n  |          ^\n   = hint: write `[a, b]` or `{a: 1, b: 2}`"
    ),
    "zoo.pens=@": "--set:1:10: text cannot begin with `@`\n  |\n1 | zoo.pens=@\n  |          ^\n   = hint: put it in quotes",
    "zoo.pens=[1, 0]": (
        "--set:1:14: an item of `pens` must be a whole number above 0, found 0\n  |\n1 | zoo.pens=[1, 0]\n  |              ^"
    ),
    "zoo.penz=3": "--set:1:5: `zoo` has no key `penz`\n  |\n1 | zoo.penz=3\n  |     ^^^^\n   = hint: did you mean `pens`?",
    "zou.pens=3": "--set:1:1: a spec has no section `zou`\n  |\n1 | zou.pens=3\n  | ^^^\n   = hint: did you mean `zoo`?",
    "zoo.star={type: horse}": (
        "--set:1:17: no animal is called `horse`\n  |\n1 | zoo.star={type: horse}\n  |                 ^^^^^\n   = hint: known: cat, dog"
    ),
}


@pytest.mark.parametrize("option", REFUSED)
def test_what_is_refused(option):
    assert refusal(option) == REFUSED[option]


def test_an_empty_list_has_no_items():
    with pytest.raises(SpecError) as error:
        changed("a: []", "a.0.b=3")
    assert error.value.hint == "the list is empty"


def test_mistakes_of_options_come_after_those_of_the_text():
    with pytest.raises(SpecError) as error:
        bind(Source("s.yaml", "\n\n\nzoo: {zzz: 1}"), ["zoo.yyy=2"], required=())
    assert [str(m.at) for m in error.value.mistakes] == ["s.yaml:4:7", "--set:1:5"]
