"""docs/benchmarks.md: tables between markers, written by `run.py --write` and `growth.py --write`."""

from __future__ import annotations

import os
import platform
import re
import statistics
import time
from pathlib import Path

from systems import Figures, versions

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEAD = """\
| step | dl4py, ms | PyTorch, ms | DL4J, ms | PyTorch ÷ dl4py | best steps | DL4J ÷ dl4py | best steps | memory, MB | \
PyTorch ÷ dl4py | DL4J ÷ dl4py |
|---|---|---|---|---|---|---|---|---|---|---|"""
Row = tuple[str, list[dict[str, Figures]], dict[str, str]]


def steps(rows: list[Row]) -> str:
    """The table of steps."""
    return "\n".join([HEAD, *(row(*each) for each in rows)])


def row(name: str, rounds: list[dict[str, Figures]], best: dict[str, str]) -> str:
    """One line: medians over rounds; ratios are those of the worst round; best steps of all rounds; peak bytes."""
    cells = [name, *(_number(rounds, system, "median") for system in ("dl4py", "PyTorch", "DL4J"))]
    for system in ("PyTorch", "DL4J"):
        cells += [_worst([r[system]["ratio"] for r in rounds if system in r]), _least(rounds, system)]
    cells.append(f"{statistics.median(r['dl4py']['bytes'] for r in rounds) / 1e6:.0f}")
    for system in ("PyTorch", "DL4J"):
        cells.append(_worst([r[system]["bytes"] / r["dl4py"]["bytes"] for r in rounds if system in r]))
    return f"| {' | '.join(cells)} |"


def _number(rounds: list[dict[str, Figures]], system: str, key: str) -> str:
    found = [r[system][key] for r in rounds if system in r]
    return f"{statistics.median(found):.3g}" if found else "–"


def _worst(ratios: list[float]) -> str:
    return f"{min(ratios):.2f}" if ratios else "–"


def _least(rounds: list[dict[str, Figures]], system: str) -> str:
    theirs = [r[system]["best"] for r in rounds if system in r]
    return f"{min(theirs) / min(r['dl4py']['best'] for r in rounds):.2f}" if theirs else "–"


def settings(rows: list[Row]) -> str:
    """What was the best setting of each system."""
    lines = []
    for name, _, best in rows:
        said = [f"{system} {best[system] or 'as it is'}" for system in ("PyTorch", "DL4J") if system in best]
        lines.append(f"* {name}: {'; '.join(said)}")
    return "Best settings:\n\n" + "\n".join(lines)


def machine() -> str:
    """The machine, the versions, the day, and how busy others kept the machine."""
    cores = len(os.sched_getaffinity(0))
    said = ", ".join(f"{name} {version}" for name, version in versions().items())
    load = os.getloadavg()[0]
    day = time.strftime("%d %B %Y").lstrip("0")
    return (
        f"Measured on {day}: {cores} cores of {_processor()}, {platform.system()} on {platform.machine()}, {said}, "
        f"{cores} threads, float32. One minute's load at the end: {load:.1f}."
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    name = next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    vectors = next((said for flag, said in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "")
    return f"{name} ({vectors})" if vectors else name


def write(parts: dict[str, str]) -> None:
    """Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->`."""
    text = PAGE.read_text(encoding="utf-8")
    for name, part in parts.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"{PAGE} has no place for `{name}`")
        text = pattern.sub(lambda found, part=part: f"{found[1]}{part}\n{found[2]}", text)
    PAGE.write_text(text, encoding="utf-8")
