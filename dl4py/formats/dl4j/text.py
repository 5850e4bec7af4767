"""JSON text as DL4J's Jackson prints it, and a careful parser."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from dl4py.errors import ModelFileError

SIZE_LIMIT = 64 << 20
DEPTH_LIMIT = 200
ESCAPED = re.compile(r'["\\\x00-\x1f]')
SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
# A string with the colon that makes it a key, or a bracket. An unclosed string reaches to the end, so that the search
# never starts anew inside it: the time stays proportional to the text.
TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"(\s*+:)?|\\?\Z)|[{}\[\]]', re.DOTALL)
HALF = re.compile("[\ud800-\udfff]")
"""Half of a letter beyond 65535: no file and no terminal takes it."""


def print_json(value: Any, indent: int = 0) -> str:
    """Jackson's pretty printer: ``"key" : value``, two spaces, arrays on one line, doubles as Java prints them."""
    if isinstance(value, dict):
        if not value:
            return "{ }"
        pad = "  " * (indent + 1)
        lines = [f"{pad}{_quoted(k)} : {print_json(v, indent + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + "  " * indent + "}"
    if isinstance(value, list | tuple):
        return f"[ {', '.join(print_json(v, indent) for v in value)} ]" if value else "[ ]"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float):
        return java_double(value)
    return json.dumps(value)


def java_double(value: float) -> str:
    """`Double.toString`: ``1.0E-4``, ``0.001``, ``1.0E7``; NaN and infinities as words in quotes."""
    if value != value:
        return '"NaN"'
    if value in (float("inf"), float("-inf")):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    if value == 0.0:
        return "-0.0" if np.signbit(value) else "0.0"
    if 1e-3 <= abs(value) < 1e7:
        return np.format_float_positional(value, unique=True, trim="0")
    mantissa, exponent = np.format_float_scientific(value, unique=True, trim="0").split("e")
    return f"{mantissa}E{int(exponent)}"


def _quoted(text: str) -> str:
    return '"' + ESCAPED.sub(lambda m: SHORT.get(m[0], f"\\u{ord(m[0]):04X}"), text) + '"'


def parse_json(data: bytes, name: str) -> Any:
    """The value of a JSON text; whole numbers and doubles stay apart, names may not repeat.

    Raises `ModelFileError` with line and column for text that is no JSON, beyond 64 MiB, or nested deeper than 200.
    """
    if len(data) > SIZE_LIMIT:
        raise ModelFileError(f"{name} has {len(data)} bytes, more than the {SIZE_LIMIT} that are read")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelFileError(f"{name} is not UTF-8 text (byte {error.start})") from None
    _check_structure(text, name)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ModelFileError(f"{name}:{error.lineno}:{error.colno} is not JSON: {error.msg.lower()}") from None
    except ValueError:
        raise ModelFileError(f"{name} holds a whole number of thousands of digits") from None


def _check_structure(text: str, name: str) -> None:
    """Refuses depth and repeated keys before anything is built."""
    keys: list[set[str]] = []
    for token in TOKEN.finditer(text):
        word = token[0]
        if word in "{[":
            keys.append(set())
            if len(keys) > DEPTH_LIMIT:
                raise ModelFileError(f"{_place(text, token, name)} is nested deeper than {DEPTH_LIMIT}")
        elif word in "}]":
            del keys[-1:]
        else:
            string = _unescaped(word[: token.start(1) - token.start()] if token[1] else word)
            if HALF.search(string):
                raise ModelFileError(f"{_place(text, token, name)} holds half a letter: one `\\u` of two")
            if token[1] and keys:
                if string in keys[-1]:
                    raise ModelFileError(f"{_place(text, token, name)} has the key `{string}` twice in one object")
                keys[-1].add(string)


def _unescaped(string: str) -> str:
    if "\\" not in string:
        return string[1:-1]
    try:
        return str(json.loads(string))
    except json.JSONDecodeError:
        return string  # no JSON; the parser will say so with the place


def _place(text: str, token: re.Match[str], name: str) -> str:
    at = token.start()
    return f"{name}:{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"
