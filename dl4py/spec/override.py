"""`--set key.path=value`: changes of a parsed text before it is bound."""

from __future__ import annotations

from typing import Any

from dl4py.errors import SpecError
from dl4py.spec.parse import parse_value
from dl4py.spec.source import Mark, Source
from dl4py.spec.thing import MarkedDict, MarkedList


def override(tree: MarkedDict, text: str) -> None:
    """Sets one value: `training.epochs=5`, `network.layers.0.n_out=3`, `network.layers.hidden.n_out=3`."""
    path, equals, written = text.partition("=")
    if not equals or not path.strip():
        raise SpecError(f"`--set {text}` has no `=`", hint="write `--set key.path=value`")
    source = Source("--set", text)
    value = _moved(parse_value(Source("--set", written)), source, len(path) + 1)
    keys = path.strip().split(".")
    holder: Any = tree
    for i, key in enumerate(keys[:-1]):
        holder = _inside(holder, key, ".".join(keys[: i + 1]), source)
    _put(holder, keys[-1], value, path, Mark(source, 0, len(path) + 1, max(1, len(written))))


def _inside(holder: Any, key: str, path: str, source: Source) -> Any:
    if isinstance(holder, MarkedList):
        return holder[_position(holder, key, path)]
    if not isinstance(holder, MarkedDict):
        raise _lost(path, f"`{path.rpartition('.')[0]}` holds a single value")
    if not isinstance(holder.get(key), MarkedDict | MarkedList):
        short = holder.get(key)
        made = MarkedDict({"type": short}) if isinstance(short, str) else MarkedDict()
        made.mark, made.keys_at, made.values_at = Mark(source, 0, 0, len(path)), {}, {}
        if isinstance(short, str):
            made.keys_at["type"] = made.values_at["type"] = holder.values_at[key]
        holder[key] = made
        holder.keys_at[key] = holder.values_at[key] = made.mark
    return holder[key]


def _put(holder: Any, key: str, value: Any, path: str, mark: Mark) -> None:
    if isinstance(holder, MarkedList):
        i = _position(holder, key, path)
        holder[i], holder.items_at[i] = value, mark
    elif isinstance(holder, MarkedDict):
        holder[key] = value
        holder.keys_at[key] = holder.values_at[key] = mark
    else:
        raise _lost(path, f"`{path.rpartition('.')[0]}` holds a single value")


def _position(items: MarkedList, key: str, path: str) -> int:
    if key.isdigit() and int(key) < len(items):
        return int(key)
    for i, item in enumerate(items):
        if isinstance(item, dict) and item.get("name") == key:
            return i
    names = [str(item.get("name")) for item in items if isinstance(item, dict) and item.get("name")]
    raise _lost(
        path, f"the list has the items 0 to {len(items) - 1}" + (f", called {', '.join(names)}" if names else "")
    )


def _lost(path: str, why: str) -> SpecError:
    return SpecError(f"`--set {path}` leads nowhere", hint=why)


def _moved(value: Any, source: Source, by: int) -> Any:
    """The value with its places in the text of the whole option."""
    if isinstance(value, MarkedDict):
        for places in (value.keys_at, value.values_at):
            places.update({k: Mark(source, m.line, m.column + by, m.width) for k, m in places.items()})
        value.mark = Mark(source, 0, by, max(1, len(source.text) - by))
        for item in value.values():
            _moved(item, source, by)
    elif isinstance(value, MarkedList):
        value.items_at = [Mark(source, m.line, m.column + by, m.width) for m in value.items_at]
        value.mark = Mark(source, 0, by, max(1, len(source.text) - by))
        for item in value:
            _moved(item, source, by)
    return value
