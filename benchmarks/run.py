"""Steps and commands timed in one run, as a table: `make bench`.

PyTorch is measured where the interpreter named by `TORCH_PYTHON` (or this one) has it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from steps import WORKLOADS

HERE = Path(__file__).parent
ROUNDS = 3


def median_of_processes(python: str, system: str, name: str) -> float | None:
    """The best median of some processes; None where the system is not installed."""
    best = None
    for _ in range(ROUNDS):
        done = subprocess.run([python, HERE / "steps.py", system, name], capture_output=True, text=True, check=False)
        if done.returncode:
            return None
        value = float(json.loads(done.stdout))
        best = value if best is None else min(best, value)
    return best


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


def main() -> None:
    """Prints both tables."""
    torch = os.environ.get("TORCH_PYTHON", sys.executable)
    print("| step | dl4py, ms | PyTorch eager, ms | PyTorch ÷ dl4py |\n|---|---|---|---|")
    for name in WORKLOADS:
        ours, theirs = median_of_processes(sys.executable, "dl4py", name), median_of_processes(torch, "torch", name)
        assert ours is not None
        other = f"{theirs:.4g} | {theirs / ours:.2f}" if theirs else "not installed | "
        print(f"| {name} | {ours:.4g} | {other} |", flush=True)
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
    main()
