"""YAML 1.2's core schema, places, anchors, and what is refused."""

import math
import random
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dl4py.errors import YamlSyntaxError
from dl4py.spec import Source
from dl4py.spec.parse import parse, scalar


def read(text: str) -> dict:
    return parse(Source("s.yaml", text))


def refusal(text: str) -> str:
    with pytest.raises(YamlSyntaxError) as error:
        read(text)
    return error.value.render()


NUMBERS = [
    ("0", 0), ("-12", -12), ("+12", 12), ("007", 7), ("0o17", 15), ("0x1F", 31), ("1e-4", 1e-4), ("5E+3", 5e3), (".5", 0.5),
    ("-.5e-3", -5e-4), ("+.5", 0.5), ("1.", 1.0), ("685.230_15e+03", "685.230_15e+03"), ("1_000", "1_000"), ("0b11", "0b11"),
    ("1e", "1e"), (".", "."), ("1.2.3", "1.2.3"), ("0x", "0x"), ("0o8", "0o8"), ("-0x1", "-0x1"), (".inf", math.inf), ("-.Inf", -math.inf),
    ("+.INF", math.inf), ("inf", "inf"), ("nan", "nan"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_numbers(text, value):
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)
    assert read(f"a: {text}") == {"a": value}


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number(text):
    assert math.isnan(scalar(text))


@pytest.mark.parametrize("text", ["true", "True", "TRUE"])
def test_true(text):
    assert scalar(text) is True


@pytest.mark.parametrize("text", ["false", "False", "FALSE"])
def test_false(text):
    assert scalar(text) is False


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_null(text):
    assert scalar(text) is None
    assert read(f"a: {text}") == {"a": None}


WORDS = ["yes", "No", "on", "OFF", "y", "n", "tRUE", "1:30", "2001-01-01", "2001-12-14t21:59:43.10-05:00", "=", "nUll", "1,000", "5%"]  # fmt: skip


@pytest.mark.parametrize("text", WORDS)
def test_what_yaml_1_1_converts_are_words(text):
    assert read(f"a: {text}") == {"a": text}


@pytest.mark.parametrize("text", ['"1"', "'1'", "|-\n  1", ">-\n  1", "!!str 1", "! 1"])
def test_quoted_and_tagged_numbers_are_text(text):
    assert read(f"a: {text}") == {"a": "1"}


def test_tags_of_the_core_schema_are_checked():
    assert read("{a: !!int '3', b: !!float 3, c: !!bool true, d: !!null ~, e: !!map {}, f: !!seq []}") == {
        "a": 3, "b": 3.0, "c": True, "d": None, "e": {}, "f": [],
    }  # fmt: skip
    assert type(read("a: !!float 3")["a"]) is float
    assert refusal("a: !!int x") == (
        "s.yaml:1:4: this is no `!!int`\n  |\n1 | a: !!int x\n  |    ^^^^^^^\n   = hint: leave the tag out"
    )
    assert refusal("a: !!int true").startswith("s.yaml:1:4: this is no `!!int`\n")


def test_numbers_without_end_are_text():
    digits = "9" * 5000
    assert read(f"a: {digits}\nb: 0x{digits}") == {"a": digits, "b": f"0x{digits}"}


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False))
def test_a_float_as_python_prints_it_is_read_back(number):
    text = repr(number).replace("inf", ".inf")
    assert read(f"a: {text}") == {"a": number}


def test_json_is_yaml():
    assert read('{"a": [1, 2.5, "x", true, null], "b": {"c": "\\u00e9"}}') == {
        "a": [1, 2.5, "x", True, None],
        "b": {"c": "é"},
    }


def places(mark) -> tuple[int, int, int]:
    return mark.line, mark.column, mark.width


def test_places_of_keys_values_and_items():
    tree = read("a: 12\nbc:\n  - x\n  - {d: 'yz'}\n")
    assert places(tree.mark) == (0, 0, 5)
    assert {name: places(mark) for name, mark in tree.keys_at.items()} == {"a": (0, 0, 1), "bc": (1, 0, 2)}
    assert {name: places(mark) for name, mark in tree.values_at.items()} == {"a": (0, 3, 2), "bc": (2, 2, 3)}
    assert [places(mark) for mark in tree["bc"].items_at] == [(2, 4, 1), (3, 4, 9)]
    assert places(tree["bc"][1].values_at["d"]) == (3, 8, 4)


def test_columns_count_characters():
    assert places(read("äöü: 😀\nb: {ß: 1}").values_at["äöü"]) == (0, 5, 1)


def test_aliases_and_merge_keys():
    tree = read("base: &b {x: 1, y: 2}\none: *b\ntwo: {<<: *b, y: 3}\nthree:\n  <<: [{x: 4}, *b]\n  z: 5\n")
    assert tree["one"] == {"x": 1, "y": 2}
    assert tree["two"] == {"y": 3, "x": 1}
    assert tree["three"] == {"z": 5, "x": 4, "y": 2}
    assert tree["one"] is not tree["base"]  # so that `--set one.x=3` leaves `base` alone
    assert places(tree["two"].values_at["x"]) == (0, 13, 1)


def test_merged_keys_keep_their_order():
    names = [f"k{i}" for i in range(20)]
    random.Random(1).shuffle(names)
    tree = read("b: &b {" + ", ".join(f"{name}: 1" for name in names) + "}\na: {<<: *b}")
    assert list(tree["a"]) == names


def test_a_quoted_merge_key_is_a_key():
    assert read("{'<<': 1}") == {"<<": 1}


def test_the_python_loader_agrees(monkeypatch):
    text = "a: &x [1, 1e-3, 'y']\nb: {<<: {c: *x}, d: ~}\ne: |\n  two\n  lines\n"
    quick = read(text)
    monkeypatch.setattr("dl4py.spec.parse.LOADER", yaml.SafeLoader)
    slow = read(text)
    assert slow == quick
    assert {n: places(m) for n, m in slow.values_at.items()} == {n: places(m) for n, m in quick.values_at.items()}


INDENT = "the indentation does not fit the lines above"
REFUSED = {
    "a: 1\na: 2": "2:1: the key `a` stands twice",
    "a: {b: 1, b: 2}": "1:11: the key `b` stands twice",
    "a: 1\n\tb: 2": "2:1: a tab cannot indent YAML",
    "a:\n  - x\n\t- y": "3:1: a tab cannot indent YAML",
    "a: 1\n---\nb: 2": "2:1: a spec is one document, a second begins here",
    "a: 1\n...\nb: 2": "3:1: a spec is one document, a second begins here",
    "- a": "1:1: a spec is a mapping of sections",
    "42": "1:1: a spec is a mapping of sections",
    "just text": "1:1: a spec is a mapping of sections",
    "a: !!python/object:os.system x": "1:4: the tag `!!python/object:os.system` is not for specs",
    "a: !!python/tuple [1]": "1:4: the tag `!!python/tuple` is not for specs",
    "!!python/name:os.system '': 1": "1:1: the tag `!!python/name:os.system` is not for specs",
    "a: !mine 1": "1:4: the tag `!mine` is not for specs",
    "a: !!binary aGk=": "1:4: the tag `!!binary` is not for specs",
    "a: !!set {b}": "1:4: the tag `!!set` is not for specs",
    "? [a]\n: 1": "1:3: a key must be a word",
    "{a: 1}: 1": "1:1: a key must be a word",
    "true: 1": "1:1: a key must be a word, found `true`",
    "~: 1": "1:1: a key must be a word, found `~`",
    "a: {? : 1}": "1:7: a key must be a word, found nothing",
    "a: *b": "1:4: this alias has no anchor",
    "a: &b [*b]": "1:4: this anchor contains itself",
    "a: &b {c: {d: *b}}": "1:4: this anchor contains itself",
    "<<: 3": "1:5: `<<` merges a mapping",
    "<<: [{a: 1}, b]": "1:14: `<<` merges a mapping",
    "a: [1": "1:4: this bracket is not closed",
    "a: {b: [1, 2]\n": "1:4: this bracket is not closed",
    "a: 'x\n": "1:4: these quotes are not closed",
    'a: "x': "1:4: these quotes are not closed",
    "a: [1,,2]": "1:7: a value is missing here, or a bracket is not closed",
    "a: b: c": "1:5: a second `:` in one entry",
    "a: 1\n b: 2": f"2:3: {INDENT}",
    "a:\n- 1\n b: 2": f"3:3: {INDENT}",
    "a: 1\nb\nc: 2": "2:1: a key without `:`",
    "a:\nb": "2:1: a key without `:`",
    "a: @x": "1:4: text cannot begin with `@`",
    "a: %x": "1:4: text cannot begin with `%`",
    'a: "\\q"': "1:5: this backslash escape is unknown",
    "a: - b": "1:4: a list cannot begin here",
    "a: ? b": "1:4: a `?` key cannot begin here",
    'a: "b" c': "1:8: text stands behind a value that is already closed",
    "a: 'it's'": "1:8: text stands behind a value that is already closed",
    "a: [1] 2": "1:8: text stands behind a value that is already closed",
    "a: [b:]": "1:6: a `:` ends this word inside brackets",
    "a: & b": "1:5: an anchor or an alias without a name",
    "a: *": "1:5: an anchor or an alias without a name",
    "a: &x 1\nb: &x 2": "2:4: an anchor of this name stands above",
    "a: | x\n  y": "1:6: nothing may follow `|` or `>` in its line",
    "a: |0\n x": "1:5: the text below `|` or `>` must be indented",
    "a: '\n---\n'": "2:1: `---` or `...` inside quotes that are not closed",
    "a: [1}": "1:6: a list or mapping in brackets is not closed, or a comma is missing",
    "%FOO\n---\na: 1": "1:5: this `%` line is not for specs",
    "%YAML 2.0\n---\na: 1": "1:1: this `%` line is not for specs",
    "%YAML x\n---\na: 1": "1:7: this `%` line is not for specs",
    "%YAML 1.2\na: 1": "2:1: `---` must stand between the `%` lines and the spec",
    "a: !a!b c": "1:4: this tag cannot be read",
    "a: !<x y": "1:7: this tag cannot be read",
    "a: !a{b c": "1:6: this tag cannot be read",
    "a: !%zz b": "1:5: this tag cannot be read",
    'a: "\\xZZ"': "1:7: this backslash escape is unknown",
    'a: "\\ud800"': "1:7: this backslash escape is unknown",
    "a: \x01": "1:4: the character U+0001 is not allowed in YAML",
    "a: b\nc: \ud800": "2:4: the character U+D800 is not allowed in YAML",
}


@pytest.mark.parametrize("text", REFUSED, ids=repr)
def test_what_is_refused_and_where(text):
    with pytest.raises(YamlSyntaxError) as error:
        read(text)
    assert f"{error.value.at}: {error.value}" == f"s.yaml:{REFUSED[text]}"


def test_a_whole_message():
    assert refusal("a:\n  b: 1\n  b: 2\n") == (
        "s.yaml:3:3: the key `b` stands twice\n  |\n3 |   b: 2\n  |   ^\n   = hint: the first is in line 2"
    )


@pytest.mark.parametrize("text", ["", "\n\n", "# comment", "---\n# only\n", "%YAML 1.2\n---\n"])
def test_nothing_is_refused(text):
    assert refusal(text) == "s.yaml is empty\n   = hint: `dl4py init` prints a spec to start from"


@pytest.mark.parametrize(("start", "end"), [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")])
@pytest.mark.parametrize("levels", [300, 5_000, 200_000])
def test_deep_texts_are_refused(start, end, levels):
    assert ": nested more than 100 deep\n" in refusal(start * levels + "1" + end * levels)


def test_a_hundred_levels_are_read():
    inner = read("a: " + "[" * 99 + "1" + "]" * 99)["a"]
    for _ in range(99):
        (inner,) = inner
    assert inner == 1
    assert refusal("a: " + "[" * 100 + "1" + "]" * 100).splitlines()[0] == "s.yaml:1:104: nested more than 100 deep"


def test_an_alias_bomb_is_refused():
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    message = refusal("\n".join(lines)).splitlines()
    assert message[0].endswith("more than 100000 values, counting aliases each time")
    assert message[-1] == "   = hint: write it without aliases"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        assert isinstance(read(text), dict)
    except YamlSyntaxError as error:
        assert error.render()


def test_the_time_grows_with_the_text_not_with_its_square():
    text = "a:\n" + "".join(f"  - {{name: l{i}, width: {i}}}\n" for i in range(4000))
    start = time.perf_counter()
    assert len(read(text)["a"]) == 4000
    assert time.perf_counter() - start < 8  # some 0.5 seconds; with a split of the text for each scalar 36
