import math
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay import CASES

from dl4py.errors import ModelFileError
from dl4py.formats.dl4j.text import java_double, parse_json, print_json

# Java's documentation of `Double.toString`: plain from 1e-3 up to below 1e7, else one digit before the point.
DOUBLES = [
    (0.0, "0.0"), (-0.0, "-0.0"), (1.0, "1.0"), (0.1, "0.1"), (0.001, "0.001"), (9.999e-4, "9.999E-4"), (1e-4, "1.0E-4"),
    (5e-4, "5.0E-4"), (1e-10, "1.0E-10"), (9999999.0, "9999999.0"), (1e7, "1.0E7"), (123456789.0, "1.23456789E8"), (-2.5, "-2.5"),
    (1.7976931348623157e308, "1.7976931348623157E308"), (math.inf, '"Infinity"'), (-math.inf, '"-Infinity"'), (math.nan, '"NaN"'),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), DOUBLES, ids=str)
def test_doubles_look_as_in_java(value, text):
    assert java_double(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_come_back(value):
    assert float(java_double(value)) == value


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir() if path.is_dir())[::13])
def test_configurations_are_printed_as_jackson_did(case):
    text = zipfile.ZipFile(CASES / case / "model.zip").read("configuration.json")
    assert print_json(parse_json(text, "c")).encode() == text


def test_layout_of_empty_and_nested_values():
    value = {"a": {}, "b": [], "c": [1, 2.0, None, True], "d": [{"e": "f"}, {"g": []}]}
    assert print_json(value) == (
        '{\n  "a" : { },\n  "b" : [ ],\n  "c" : [ 1, 2.0, null, true ],\n'
        '  "d" : [ {\n    "e" : "f"\n  }, {\n    "g" : [ ]\n  } ]\n}'
    )


def test_letters_are_escaped_as_jackson_does():
    assert print_json('a"\\/\b\f\n\r\t\x01\x1füß漢') == '"a\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001Füß漢"'


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(JSON.filter(lambda value: "\\ud8" not in repr(value)))
def test_what_is_printed_is_read_again(value):
    again = parse_json(print_json(value).encode("utf-8", "surrogatepass"), "c")
    assert again == value
    assert repr(again) == repr(value)  # 1 and 1.0 stay apart


REFUSED = {
    "not text": (b'{"a": "\xff"}', "c is not UTF-8 text (byte 7)"),
    "no value": (b"", "c:1:1 is not JSON: expecting value"),
    "no colon": (b'{\n "a" 1}', "c:2:6 is not JSON: expecting ':' delimiter"),
    "two values": (b"{} {}", "c:1:4 is not JSON: extra data"),
    "open string": (b'{"a": "bc', "c:1:7 is not JSON: unterminated string starting at"),
    "open string, backslash": (b'{"a": "bc\\', "c:1:7 is not JSON: unterminated string starting at"),
    "mark": (b"\xef\xbb\xbf{}", "c:1:1 is not JSON: unexpected utf-8 bom (decode using utf-8-sig)"),
    "key twice": (b'{\n  "a" : 1,\n  "b" : { "a" : 2 },\n  "a" : 3\n}', "c:4:3 has the key `a` twice in one object"),
    "key twice, escaped": (b'{"a": 1, "\\u0061": 2}', "c:1:10 has the key `a` twice in one object"),
    "half a letter": (b'{"a": "\\ud83d\\ude00",\n "b": "x\\ud83d"}', "c:2:7 holds half a letter: one `\\u` of two"),
    "half a letter in a key": (b'{"\\ude00\\ud83d": 1}', "c:1:2 holds half a letter: one `\\u` of two"),
    "too deep": (b"[\n" * 200 + b"[", "c:201:1 is nested deeper than 200"),
    "number of 5000 digits": (b"1" * 5000, "c holds a whole number of thousands of digits"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_line_and_column(case):
    text, expected = REFUSED[case]
    with pytest.raises(ModelFileError) as error:
        parse_json(text, "c")
    assert str(error.value) == expected


def test_brackets_and_keys_inside_strings_do_not_count():
    value = {"a": "[" * 300, "b": '{"a": 1, "a": 2}', "c": ["a", "a"], "d": {"a": 1}}
    assert parse_json(print_json(value).encode(), "c") == value


def test_letters_beyond_65535_and_backslashes_before_u():
    assert parse_json(b'["\\ud83d\\ude00", "\xf0\x9f\x98\x80", "\\\\ud83d"]', "c") == ["😀", "😀", "\\ud83d"]


def test_depth_200_is_read():
    assert parse_json(b"[" * 200 + b"]" * 200, "c") is not None


def test_too_large():
    with pytest.raises(ModelFileError) as error:
        parse_json(b" " * ((64 << 20) + 1), "c")
    assert str(error.value) == "c has 67108865 bytes, more than the 67108864 that are read"


@pytest.mark.parametrize(
    "evil", [b'"' + b'\\"' * 500_000, b'"a" ' * 250_000, b'"a"' + b" " * 1_000_000], ids=["quotes", "words", "spaces"]
)
def test_time_stays_proportional_to_the_text(evil):
    start = time.perf_counter()
    with pytest.raises(ModelFileError):
        parse_json(evil + b"x", "c")
    assert time.perf_counter() - start < 5  # a quadratic search takes minutes
