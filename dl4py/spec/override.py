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
    _Override(path, written).apply(tree)


class _Override:
    def __init__(self, path: str, written: str) -> None:
        indent = " " * (len(path) + 1)  # so that places in the value are places in the whole option
        rest = written.replace("\n", f"\n{indent}")
        self.value = parse_value(Source("--set", indent + rest), Source("--set", f"{path}={rest}"))
        self.source = Source("--set", f"{path}={rest}")
        self.keys = path.split(".")
        self.at = Mark(self.source, 0, len(path) + 1, max(1, len(written.partition("\n")[0])))

    def apply(self, tree: MarkedDict) -> None:
        holder: Any = tree
        for i in range(len(self.keys) - 1):
            holder = self.inside(holder, i)
        last = len(self.keys) - 1
        if isinstance(holder, MarkedList):
            i = self.position(holder, last)
            holder[i] = self.value
            if holder.items_at:
                holder.items_at[i] = self.at
        else:
            self.put(holder, last, self.value, self.at)

    def inside(self, holder: Any, i: int) -> Any:
        """What stands under key number `i`; a missing mapping is made, a short form becomes a mapping."""
        if isinstance(holder, MarkedList):
            return self.mapping(holder[self.position(holder, i)], i)
        key = self.key(i)
        found = holder.get(key)
        if isinstance(found, str):
            short = MarkedDict({"type": found}, mark=holder.values_at.get(key))
            if short.mark is not None:
                short.keys_at["type"] = short.values_at["type"] = short.mark
            self.put(holder, i, short, self.mark(i))
        elif found is None:
            self.put(holder, i, MarkedDict(mark=self.mark(i)), self.mark(i))
        return self.mapping(holder[key], i)

    def mapping(self, value: Any, i: int) -> Any:
        if not isinstance(value, MarkedDict | MarkedList):
            raise self.lost(i, f"`{'.'.join(self.keys[: i + 1])}` holds a single value")
        return value

    def put(self, holder: MarkedDict, i: int, value: Any, at: Mark) -> None:
        key = self.key(i)
        holder[key] = value
        holder.keys_at[key], holder.values_at[key] = self.mark(i), at

    def key(self, i: int) -> str:
        if not self.keys[i].strip():
            raise self.lost(i, "a key is missing between two dots, or at an end")
        return self.keys[i].strip()

    def position(self, items: MarkedList, i: int) -> int:
        """The item that key number `i` means: its number, or its `name`."""
        key = self.key(i)
        if key.isascii() and key.isdigit() and int(key) < len(items):
            return int(key)
        names = [str(item["name"]) if isinstance(item, dict) and "name" in item else None for item in items]
        if key in names:
            return names.index(key)
        known = [*map(str, range(len(items))), *filter(None, names)]
        raise self.lost(i, f"its items: {', '.join(known)}" if known else "the list is empty")

    def mark(self, i: int) -> Mark:
        """The place of key number `i` in the option."""
        return Mark(self.source, 0, sum(len(key) + 1 for key in self.keys[:i]), max(1, len(self.keys[i])))

    def lost(self, i: int, why: str) -> SpecError:
        return SpecError(f"`{'.'.join(self.keys)}` leads nowhere", at=self.mark(i), hint=why)
