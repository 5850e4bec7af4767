"""A page that shows who did what when: one file, which asks nothing of the network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).with_suffix(".html")
Events = Mapping[str, Sequence[Mapping[str, Any]]]


def page(title: str, phases: Events) -> str:
    """The page of DL4J's phases: a row for each process, the driver's first, phases inside others below them."""
    data = {"title": title, **laid_out(phases)}
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    for sign in "<>&":  # so that no name can end the script or begin a tag
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return TEMPLATE.read_text(encoding="utf-8").replace("__DATA__", text)


def laid_out(phases: Events) -> dict[str, Any]:
    """Names, rows, and each event as phase, row, start and duration in ms, and how many it lies inside of."""
    names = sorted(phases)
    found = [(name, event) for name in names for event in phases[name]]
    begun = min((event["startTime"] for _, event in found), default=0.0)
    master = {_who(e) for name, e in found if name[1:].startswith("arameterAveragingMaster")}
    rows = sorted({_who(e) for _, e in found}, key=lambda who: (who not in master, who))
    events = []
    for who in rows:
        own = [(e["startTime"] - begun, e["durationMs"], name) for name, e in found if _who(e) == who]
        open_until: list[float] = []
        for start, ms, name in sorted(own, key=lambda e: (e[0], -e[1])):
            open_until = [end for end in open_until if end > start + 1e-3]
            row, depth = rows.index(who), len(open_until)
            events.append((names.index(name), row, round(start, 3), round(ms, 3), depth))
            open_until.append(start + ms)
    total = max((start + ms for _, _, start, ms, _ in events), default=0.0)
    called = ["driver " * (who in master) + f"{who[0]}, process {who[1]}" for who in rows]
    return {"phases": [{"name": name} for name in names], "rows": called, "events": events, "total": round(total, 3)}


def _who(event: Mapping[str, Any]) -> tuple[str, int]:
    return event["machineID"], event["jvmID"]
