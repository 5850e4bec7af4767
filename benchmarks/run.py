"""Steps and whole processes of dl4py, PyTorch and DL4J timed in one run: `python run.py [--write] [WORD ...]`.

PyTorch is measured where the interpreter named by `TORCH_PYTHON` (or this one) has it, DL4J where Java is. First every
setting of a system is tried. Then there are three rounds: a process of each system in its best setting, which take
turns of half a second, so that all see the machine's good and bad moments. `--write` puts the tables into
docs/benchmarks.md; words choose workloads.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

import commands
import page
from networks import WORKLOADS
from systems import SYSTEMS, Figures, Process, System

ROUNDS, TURNS, TRIALS = 3, 8, 6
Rounds = list[dict[str, Figures]]
"""For each round, the figures of each system."""


def compared(name: str, folder: Path, systems: list[System]) -> tuple[Rounds, dict[str, str]]:
    """Figures of the rounds, and the best setting of each system."""
    best = {system.name: _best(system, name, folder) for system in systems}
    running = {system: setting for system in systems if (setting := best[system.name]) is not None}
    rounds = [_round(name, folder, running) for _ in range(ROUNDS)]
    _same_scores(name, rounds)
    return rounds, {system.name: setting for system, setting in running.items()}


def _best(system: System, name: str, folder: Path) -> str | None:
    """The setting whose steps are shortest; None where the system has no such network."""
    tried = {setting: _turns(name, folder, {system: setting}, TRIALS) for setting in system.settings(WORKLOADS[name])}
    ran = {setting: found[system.name] for setting, found in tried.items() if found}
    return min(ran, key=lambda s: ran[s]["median"]) if ran else None


def _round(name: str, folder: Path, running: dict[System, str]) -> dict[str, Figures]:
    found = _turns(name, folder, running, TURNS)
    if len(found) < len(running):
        raise RuntimeError(f"{name}: only {', '.join(found) or 'nothing'} went on to the end")
    return found


def _turns(name: str, folder: Path, running: dict[System, str], many: int) -> dict[str, Figures]:
    """Medians over the turns of each system, and of its ratio to dl4py's turn just before."""
    processes = {s: Process(s.command(name, WORKLOADS[name], setting, folder)) for s, setting in running.items()}
    for process in processes.values():
        process.warm()
    turns: dict[str, list[Figures]] = {system.name: [] for system in running}
    for _ in range(many):
        for system, process in processes.items():
            figures = process.turn()
            if figures:
                ours = turns.get("dl4py", [figures])[-1] if system.name != "dl4py" else figures
                turns[system.name].append(figures | {"ratio": figures["median"] / ours["median"]})
    said = {system.name: process.end() for system, process in processes.items()}
    if not turns.get("dl4py", [True]):
        raise RuntimeError(said["dl4py"])
    return {system: _middle(figures) for system, figures in turns.items() if len(figures) == many}


def _middle(turns: list[Figures]) -> Figures:
    kept = {key: statistics.median(turn[key] for turn in turns) for key in ("median", "ratio")}
    least = {key: min(turn[key] for turn in turns) for key in ("best", "processor")}
    return kept | least | {"bytes": turns[-1]["bytes"], "first": turns[0]["first"]}


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
