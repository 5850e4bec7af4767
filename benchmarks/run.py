"""Steps and whole processes of dl4py, PyTorch and DL4J timed in one run: `python run.py [--write] [WORD ...]`.

PyTorch is measured where the interpreter named by `TORCH_PYTHON` (or this one) has it, DL4J where Java is. Systems take
turns, a process a measurement, so that all see the machine's good and bad moments. The first round tries every
setting of a system, the later ones keep its best. `--write` puts the tables into docs/benchmarks.md; words choose
workloads.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import commands
import page
from networks import WORKLOADS
from systems import SYSTEMS, Figures, System

ROUNDS = 3
Rounds = list[dict[str, Figures]]
"""For each round, the figures of each system."""


def compared(name: str, folder: Path, systems: list[System]) -> tuple[Rounds, dict[str, str]]:
    """Figures of the rounds, and the best setting of each system."""
    work, rounds, best = WORKLOADS[name], [], {}
    for number in range(ROUNDS):
        found: dict[str, Figures] = {}
        for system in systems:
            tried = {s: system.measured(name, work, s, folder) for s in _settings(system, name, number, best)}
            ran = {s: figures for s, figures in tried.items() if figures}
            if ran:
                best[system.name] = min(ran, key=lambda s: ran[s]["median"])
                found[system.name] = ran[best[system.name]]
        rounds.append(found)
    _same_scores(name, rounds)
    return rounds, best


def _settings(system: System, name: str, number: int, best: dict[str, str]) -> list[str]:
    if number == 0:
        return system.settings(WORKLOADS[name])
    return [best[system.name]] if system.name in best else []


def _same_scores(name: str, rounds: Rounds) -> None:
    """dl4py and DL4J begin with the same parameters and numbers: so they must begin with the same score."""
    ours, theirs = (rounds[0].get(system, {}).get("first") for system in ("dl4py", "DL4J"))
    if ours and theirs and abs(ours - theirs) > 1e-4 * abs(theirs):
        raise RuntimeError(f"{name}: the first score of dl4py is {ours}, that of DL4J {theirs}: not the same step")


def main(words: list[str]) -> None:
    """Prints the tables, and writes them where that is asked for."""
    write, words = "--write" in words, [word for word in words if word != "--write"]
    if write and words:
        raise SystemExit("--write takes the whole run: leave the words out")
    systems = [system for system in SYSTEMS if system.present()]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in WORKLOADS:
            if not words or any(word in name for word in words):
                rows.append((name, *compared(name, Path(folder), systems)))
                print(page.row(*rows[-1]) if len(rows) > 1 else page.steps(rows), flush=True)
    if words:
        return
    whole = commands.table()
    print(f"\n{whole}")
    if write:
        page.write(
            {"machine": page.machine(), "steps": page.steps(rows), "settings": page.settings(rows), "processes": whole}
        )


if __name__ == "__main__":
    main(sys.argv[1:])
