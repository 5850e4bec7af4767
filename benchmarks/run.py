"""Steps and commands timed in one run, as a table: `make bench`, or `python run.py [WORD ...]` for some workloads.

PyTorch is measured where the interpreter named by `TORCH_PYTHON` (or this one) has it. Systems take turns, so that
both see the machine's good and bad moments.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from networks import WORKLOADS

HERE = Path(__file__).parent
ROUNDS = 3
Figures = dict[str, float]


def measured(python: str, system: str, name: str) -> Figures | None:
    """What one process found; None where the system cannot run it."""
    command = [python, str(HERE / "steps.py"), system, name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        if system == "dl4py":
            raise RuntimeError(done.stderr)
        return None
    return json.loads(done.stdout)


def in_turn(torch: str, name: str) -> tuple[Figures, Figures | None]:
    """The least of each figure over some processes, systems in turn."""
    ours: Figures = {}
    theirs: Figures | None = {}
    for _ in range(ROUNDS):
        ours = _least(ours, measured(sys.executable, "dl4py", name) or {})
        found = measured(torch, "torch", name) if theirs is not None else None
        theirs = None if found is None else _least(theirs or {}, found)
    return ours, theirs


def _least(a: Figures, b: Figures) -> Figures:
    return {key: min(a.get(key, value), value) for key, value in b.items()}


def row(name: str, ours: Figures, theirs: Figures | None) -> str:
    """One line of the table of steps."""
    if theirs is None:
        return f"| {name} | {ours['median']:.4g} | not measured | | | | |"
    ratios = [f"{theirs[key] / ours[key]:.2f}" for key in ("median", "best", "processor", "bytes")]
    cells = [name, f"{ours['median']:.4g}", f"{theirs['median']:.4g}", *ratios]
    return f"| {' | '.join(cells)} |"


def seconds(*command: str, cold: bool = False) -> float:
    """The best wall time of a whole process; `cold` gives each its own empty kernel cache."""
    best = float("inf")
    for _ in range(1 if cold else 5):
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, **({"DL4PY_CACHE": folder} if cold else {})}
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "dl4py", *command], env=environment, cwd=folder, check=True, capture_output=True
            )
            best = min(best, time.perf_counter() - start)
    return best


def main(words: list[str]) -> None:
    """Prints both tables."""
    torch = os.environ.get("TORCH_PYTHON", sys.executable)
    print("| step | dl4py, ms | PyTorch, ms | PyTorch ÷ dl4py | best step | processor time | peak memory |")
    print("|---|---|---|---|---|---|---|")
    for name in WORKLOADS:
        if not words or any(word in name for word in words):
            print(row(name, *in_turn(torch, name)), flush=True)
    if words:
        return
    iris = str(HERE.parent / "specs" / "iris_mlp.yaml")
    print("\n| command | seconds |\n|---|---|")
    for label, command, cold in (
        ("`dl4py --help`", ("--help",), False),
        ("`dl4py validate specs/iris_mlp.yaml`", ("validate", iris), False),
        ("`dl4py train specs/iris_mlp.yaml`, empty caches", ("train", iris), True),
        ("`dl4py train specs/iris_mlp.yaml`, warm", ("train", iris), False),
    ):
        print(f"| {label} | {seconds(*command, cold=cold):.2f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
