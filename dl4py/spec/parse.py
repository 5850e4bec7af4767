"""YAML or JSON text to plain values by the rules of YAML 1.2, each with its place.

PyYAML composes the nodes; what a plain scalar means is decided here, for PyYAML follows YAML 1.1, where ``1e-4`` is
text and ``off`` is false.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import yaml

from dl4py.errors import YamlSyntaxError
from dl4py.spec.source import Mark, Source
from dl4py.spec.syntax import LOADER, explained
from dl4py.spec.thing import MarkedDict, MarkedList

DEPTH_LIMIT = 100
NODE_LIMIT = 100_000
SAFE_LENGTH = 500  # a level costs a character, so a shorter text cannot be nested dangerously
DIGIT_LIMIT = 400  # no number of a spec is longer; beyond some thousand digits Python refuses the conversion

INTEGER = re.compile(r"[-+]?[0-9]+")
OCTAL = re.compile(r"0o[0-7]+")
HEX = re.compile(r"0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
TAG = re.compile(r"!\S*")
STANDARD = "tag:yaml.org,2002:"
SCALARS = ("str", "int", "float", "bool", "null", "timestamp", "value", "merge")
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
    if len(text) > DIGIT_LIMIT:
        return text
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
    node = _composed(source)
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value and not node.style):
        raise YamlSyntaxError(f"{source.name} is empty", hint="`dl4py init` prints a spec to start from")
    value = _Builder(source).value(node, 0)
    if not isinstance(value, MarkedDict):
        raise YamlSyntaxError(
            "a spec is a mapping of sections",
            at=_mark(source, node),
            hint="begin with `network:`; `dl4py init` prints a spec to start from",
        )
    return value


def parse_value(source: Source, quoted: Source) -> Any:
    """The value that a short text holds: what follows `--set key=`; places are those of the text `quoted`."""
    try:
        node = _composed(source)
    except YamlSyntaxError as error:
        at = replace(error.at, source=quoted) if isinstance(error.at, Mark) else None
        raise YamlSyntaxError(str(error), at=at, hint=error.hint) from None
    return None if node is None else _Builder(quoted).value(node, 0)


def _composed(source: Source) -> yaml.Node | None:
    if unseen := CONTROL.search(source.text):
        before = source.text[: unseen.start()]
        at = Mark(source, before.count("\n"), len(before) - before.rfind("\n") - 1)
        raise YamlSyntaxError(
            f"the character U+{ord(unseen[0]):04X} is not allowed in YAML", at=at, hint="is this a text file?"
        )
    try:
        if len(source.text) > SAFE_LENGTH:
            _refuse_depth(source)
        return yaml.compose(source.text, LOADER)
    except yaml.YAMLError as error:
        raise explained(source, error) from None


def _refuse_depth(source: Source) -> None:
    """The composer calls itself for each level and would run out of stack; events come one by one."""
    depth = 0
    for event in yaml.parse(source.text, LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH_LIMIT + 1:
            raise YamlSyntaxError(f"nested more than {DEPTH_LIMIT} deep", at=_mark(source, event))


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
        self.standard(node, SCALARS)
        tag = self.tag(node)
        if tag in ("str", "!") or (node.style and not tag):
            return node.value
        value = scalar(node.value)
        fits: Any = {"int": int, "float": int | float, "bool": bool, "null": type(None)}.get(tag, object)
        if not isinstance(value, fits) or (isinstance(value, bool) and tag in ("int", "float")):
            raise self.error(node, f"this is no `!!{tag}`", "leave the tag out")
        return float(value) if tag == "float" else value

    def tag(self, node: yaml.Node) -> str:
        """The tag that the text names; PyYAML fills one in where the text is silent."""
        written = TAG.match(self.source.line(node.start_mark.line), node.start_mark.column)
        return "" if not written else "!" if written[0] == "!" else node.tag.removeprefix(STANDARD)

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
            for key in other:
                if key not in made:
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
        self.standard(node, SCALARS)
        if not node.style and node.value in WORDS:
            said = f"`{node.value}`" if node.value else "nothing"
            raise self.error(node, f"a key must be a word, found {said}", "name the key, or quote it")
        return str(node.value)

    def standard(self, node: yaml.Node, kinds: tuple[str, ...]) -> None:
        if node.tag not in {STANDARD + kind for kind in kinds} and node.tag != "!":
            tag = node.tag.replace(STANDARD, "!!")
            raise self.error(node, f"the tag `{tag}` is not for specs", "leave the tag out")

    def error(self, node: yaml.Node, message: str, hint: str | None) -> YamlSyntaxError:
        return YamlSyntaxError(message, at=_mark(self.source, node), hint=hint)


def _mark(source: Source, node: yaml.Node | yaml.Event) -> Mark:
    start: Any = node.start_mark
    end: Any = node.end_mark
    width = end.column - start.column if end.line == start.line else len(source.line(start.line)) - start.column
    return Mark(source, start.line, start.column, max(1, width))
