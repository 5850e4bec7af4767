"""What is wrong with a text that is no YAML, in plain words and at the place where it went wrong."""

from __future__ import annotations

from typing import Any

import yaml

from dl4py.errors import YamlSyntaxError
from dl4py.spec.source import BREAK, Mark, Source

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

INDENTATION = "the indentation does not fit the lines above", "entries of one mapping or list start in one column"
BEHIND = "text stands behind a value that is already closed", "put the whole value in quotes"
BRACKETS = "write `[a, b]` or `{a: 1, b: 2}`"
OPEN = "a list or mapping in brackets is not closed, or a comma is missing", BRACKETS
HEAD = "this `%` line is not for specs", "remove it"
TAG = "this tag cannot be read", "quote text that begins with `!`"
ESCAPE = "this backslash escape is unknown", "double it, or use single quotes"
SECOND_COLON = "a second `:` in one entry", "put each key in a line of its own, and quote text that holds `: `"
SYMPTOMS = (  # a part of what PyYAML says, the message, the hint
    ("mapping values are not allowed", *SECOND_COLON),
    ("could not find expected ':'", "a key without `:`", "write `key: value`"),
    ("expected <block end>", *INDENTATION),
    ("did not find expected '-' indicator", *INDENTATION),
    ("did not find expected key", *INDENTATION),
    ("sequence entries are not allowed", "a list cannot begin here", "begin it in the next line, or write `[a, b]`"),
    ("mapping keys are not allowed", "a `?` key cannot begin here", "quote text that begins with `?`"),
    ("node content", "a value is missing here, or a bracket is not closed", BRACKETS),
    ("expected ',' or", *OPEN),
    ("cannot start any token", "text cannot begin with `{}`", "put it in quotes"),
    ("found unexpected ':'", "a `:` ends this word inside brackets", "write `key: value`, or quote the word"),
    ("alphabetic or numeric", "an anchor or an alias without a name", "quote text that begins with `&` or `*`"),
    ("comment or line break", "nothing may follow `|` or `>` in its line", "begin the text in the next line"),
    ("indentation indicator equal to 0", "the text below `|` or `>` must be indented", "leave the 0 out"),
    ("unexpected document indicator", "`---` or `...` inside quotes that are not closed", "close the quotes before it"),
    ("undefined alias", "this alias has no anchor", "write `&name` where the value stands first"),
    ("second occurrence", "an anchor of this name stands above", "give each anchor its own name"),
    ("directive", *HEAD),
    ("version number", *HEAD),
    ("non-alphabetical", *HEAD),
    ("incompatible YAML", *HEAD),
    ("tag handle", *TAG),
    ("tag URI", *TAG),
    ("expected '>'", *TAG),
    ("whitespace or line break", *TAG),
    ("URI escaped octet", *TAG),
    ("unknown escape", *ESCAPE),
    ("hexdecimal", *ESCAPE),
    ("Unicode character escape", *ESCAPE),
)  # fmt: skip


def explained(source: Source, error: yaml.YAMLError) -> YamlSyntaxError:
    """The mistake behind what PyYAML says."""
    place = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    began = getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or error)
    if "unexpected end of stream" in problem:
        return YamlSyntaxError("these quotes are not closed", at=_start(source, began), hint="close them")
    if place and not any(map(str.strip, BREAK.split(source.text)[place.line :])) and (bracket := _open_bracket(source)):
        return YamlSyntaxError("this bracket is not closed", at=bracket, hint=BRACKETS)
    if "could not find expected ':'" in problem and began:
        place = began  # the key; the problem is seen in the line after it
    at = _start(source, place) if place else None
    message, hint = _plainly(problem, source, at, str(getattr(error, "context", "") or ""))
    return YamlSyntaxError(message, at=at, hint=hint)


def _start(source: Source, place: Any) -> Mark:
    return Mark(source, place.line, place.column)


def _open_bracket(source: Source) -> Mark | None:
    """The innermost bracket that is open where the text ends."""
    opened: list[Any] = []
    try:
        for event in yaml.parse(source.text, LOADER):
            if isinstance(event, yaml.CollectionStartEvent):
                opened.append(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                opened.pop()
    except yaml.YAMLError:
        flows = [event for event in opened if event.flow_style]
        return _start(source, flows[-1].start_mark) if flows else None
    return None


def _plainly(problem: str, source: Source, at: Mark | None, context: str) -> tuple[str, str | None]:
    line, column = (source.line(at.line), at.column) if at else ("", 0)
    before = line[:column].rstrip()
    if "\t" in line[: len(line) - len(line.lstrip())] or "found character '\\t'" in problem:
        return "a tab cannot indent YAML", "use spaces"
    if "expected a single document" in context + problem:
        return "a spec is one document, a second begins here", "remove the line `---`"
    if "expected <document start>" in problem:
        if source.text.startswith("%"):
            return "`---` must stand between the `%` lines and the spec", "remove the `%` lines"
        return "a spec is one document, a second begins here", "remove the line `...`"
    for symptom, message, hint in SYMPTOMS:
        if symptom in problem:
            if symptom == "mapping values are not allowed" and ":" not in before:
                return INDENTATION
            if message == INDENTATION[0] and before.endswith(("'", '"', "]", "}")):
                return BEHIND
            return message.format(line[column : column + 1]), hint
    return f"this is not YAML: {problem}", None
