"""YAML or JSON text to plain values by the rules of YAML 1.2, each with its place.

PyYAML composes the nodes; what a plain scalar means is decided here, for PyYAML follows YAML 1.1, where ``1e-4`` is text
and ``off`` is false.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from dl4py.errors import YamlSyntaxError
from dl4py.spec.source import Mark, Source
from dl4py.spec.thing import MarkedDict, MarkedList

DEPTH_LIMIT = 100
NODE_LIMIT = 100_000
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

INTEGER = re.compile(r"[-+]?[0-9]+")
OCTAL = re.compile(r"0o[0-7]+")
HEX = re.compile(r"0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}


def scalar(text: str) -> Any:
    """The value of a plain scalar by YAML 1.2's core schema."""
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    if OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if HEX.fullmatch(text):
        return int(text[2:], 16)
    if FLOAT.fullmatch(text):
        return float(text)
    return text


def parse(source: Source) -> MarkedDict:
    """The mapping that a whole text holds."""
    try:
        node = yaml.compose(source.text, LOADER)
    except yaml.YAMLError as error:
        raise _explained(source, error) from None
    except RecursionError:
        raise YamlSyntaxError(f"{source.name} is nested too deep") from None
    if node is None:
        raise YamlSyntaxError(f"{source.name} is empty", hint="`dl4py init` prints a spec to start from")
    value = _Builder(source).value(node, 0)
    if not isinstance(value, MarkedDict):
        raise YamlSyntaxError(
            "a spec is a mapping of sections",
            at=_mark(source, node),
            hint="begin with `network:`; `dl4py init` prints a spec to start from",
        )
    return value


def parse_value(source: Source) -> Any:
    """The value that a short text holds: what follows `--set key=`."""
    try:
        node = yaml.compose(source.text, LOADER)
    except yaml.YAMLError as error:
        raise _explained(source, error) from None
    return None if node is None else _Builder(source).value(node, 0)


class _Builder:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0
        self.open: set[int] = set()

    def value(self, node: yaml.Node, depth: int) -> Any:
        self.count += 1
        if self.count > NODE_LIMIT:
            raise self.error(
                node, f"more than {NODE_LIMIT} values, counting aliases each time", "write it without aliases"
            )
        if depth > DEPTH_LIMIT:
            raise self.error(node, f"nested more than {DEPTH_LIMIT} deep", None)
        if id(node) in self.open:
            raise self.error(node, "this anchor contains itself", "an alias cannot stand inside its own anchor")
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        self.open.add(id(node))
        try:
            return self.mapping(node, depth) if isinstance(node, yaml.MappingNode) else self.sequence(node, depth)
        finally:
            self.open.discard(id(node))

    def scalar(self, node: yaml.ScalarNode) -> Any:
        self.standard(node, ("str", "int", "float", "bool", "null", "timestamp", "value", "merge"))
        if node.style:
            return node.value
        return scalar(node.value)

    def sequence(self, node: yaml.Node, depth: int) -> MarkedList:
        self.standard(node, ("seq",))
        made = MarkedList(self.value(item, depth + 1) for item in node.value)
        made.mark = _mark(self.source, node)
        made.items_at = [_mark(self.source, item) for item in node.value]
        return made

    def mapping(self, node: yaml.MappingNode, depth: int) -> MarkedDict:
        self.standard(node, ("map",))
        made = MarkedDict()
        made.mark, made.keys_at, made.values_at = _mark(self.source, node), {}, {}
        merged: list[MarkedDict] = []
        for key_node, value_node in node.value:
            if isinstance(key_node, yaml.ScalarNode) and key_node.value == "<<" and not key_node.style:
                merged += self.merged(value_node, depth)
                continue
            key = self.key(key_node)
            if key in made:
                first = made.keys_at[key]
                raise self.error(key_node, f"the key `{key}` stands twice", f"the first is in line {first.line + 1}")
            made[key] = self.value(value_node, depth + 1)
            made.keys_at[key] = _mark(self.source, key_node)
            made.values_at[key] = _mark(self.source, value_node)
        for other in merged:
            for key in other.keys() - made.keys():
                made[key] = other[key]
                made.keys_at[key], made.values_at[key] = other.keys_at[key], other.values_at[key]
        return made

    def merged(self, node: yaml.Node, depth: int) -> list[MarkedDict]:
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        made = [self.value(part, depth + 1) for part in parts]
        for part, value in zip(parts, made, strict=True):
            if not isinstance(value, MarkedDict):
                raise self.error(part, "`<<` merges a mapping", "give it an alias of a mapping")
        return made

    def key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(node, "a key must be a word", "quote it, or check the indentation")
        self.standard(node, ("str", "int", "float", "bool", "null", "timestamp", "value"))
        return str(node.value)

    def standard(self, node: yaml.Node, kinds: tuple[str, ...]) -> None:
        prefix = "tag:yaml.org,2002:"
        if node.tag not in {prefix + kind for kind in kinds} and node.tag != "!":
            tag = node.tag.replace(prefix, "!!")
            raise self.error(node, f"the tag `{tag}` is not for specs", "leave the tag out")

    def error(self, node: yaml.Node, message: str, hint: str | None) -> YamlSyntaxError:
        return YamlSyntaxError(message, at=_mark(self.source, node), hint=hint)


def _mark(source: Source, node: yaml.Node) -> Mark:
    start, end = node.start_mark, node.end_mark
    width = end.column - start.column if end.line == start.line else len(source.line(start.line)) - start.column
    return Mark(source, start.line, start.column, max(1, width))


def _explained(source: Source, error: yaml.YAMLError) -> YamlSyntaxError:
    place = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or error)
    at = Mark(source, place.line, place.column) if place else None
    message, hint = _plainly(problem, source, at, str(getattr(error, "context", "") or ""))
    return YamlSyntaxError(message, at=at, hint=hint)


def _plainly(problem: str, source: Source, at: Mark | None, context: str) -> tuple[str, str | None]:
    line = source.line(at.line) if at else ""
    if "\t" in line[: len(line) - len(line.lstrip())] or "found character '\\t'" in problem:
        return "a tab cannot indent YAML", "use spaces"
    if "expected a single document" in context + problem:
        return "a spec is one document, a second begins here", "remove the line `---`"
    if "undefined alias" in problem:
        return "this alias has no anchor", "write `&name` where the value stands first"
    if "mapping values are not allowed" in problem and at and ":" not in line[: at.column]:
        return "the indentation does not fit the lines above", "entries of one mapping or list start in one column"
    if "mapping values are not allowed" in problem:
        return "a second `:` in one entry", "put each key in a line of its own, and quote text that holds `: `"
    if "could not find expected ':'" in problem:
        return "a key without `:`", "write `key: value`"
    if "expected <block end>" in problem:
        return "the indentation does not fit the lines above", "entries of one mapping or list start in one column"
    if "node content" in problem:
        return "a value is missing here, or a bracket is not closed", "write `[a, b]` or `{a: 1, b: 2}`"
    if "end of stream" in problem or "found unexpected end" in problem:
        return "the text ends inside quotes or brackets", "close them"
    if "expected ',' or" in problem:
        return "a list or mapping in brackets is not closed, or a comma is missing", "write `[a, b]` or `{a: 1, b: 2}`"
    if "unacceptable character" in problem or "control characters" in problem or "special characters" in problem:
        return "a character that YAML does not allow", "is this a text file?"
    return f"this is not YAML: {problem}", None
