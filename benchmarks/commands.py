"""Whole processes, from start to exit: the same training of iris by each system, and dl4py's commands."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import dl4j
from networks import WORKLOADS
from systems import TORCH, torch_present

HERE = Path(__file__).parent
IRIS = next(iter(WORKLOADS))
SPEC = str(HERE.parent / "specs" / "iris_mlp.yaml")
EPOCHS, ROUNDS = 30, 5
Command = tuple[list[str], dict[str, str]]


def ours(*words: str) -> Callable[[str | None], Command]:
    """A command of dl4py; a folder stands for empty caches."""
    return lambda folder: (
        [sys.executable, "-m", "dl4py", *words],
        {**os.environ, **({"DL4PY_CACHE": folder} if folder else {})},
    )


def script(system: str, interpreter: str) -> Callable[[str | None], Command]:
    """Thirty steps by iris.py."""
    return lambda folder: (
        [interpreter, str(HERE / "iris.py"), system, str(EPOCHS)],
        {**os.environ, **({"DL4PY_CACHE": folder} if folder else {})},
    )


def java(files: tuple[str, str, str]) -> Callable[[str | None], Command]:
    """The same steps in DL4J; its native code is unpacked into an empty folder, or lies there."""

    def command(folder: str | None) -> Command:
        more = (f"-Dorg.bytedeco.javacpp.cachedir={folder}",) if folder else ()
        return dl4j.java("generic, one thread", *files, str(EPOCHS), "-1", more=more)

    return command


def seconds(made: Callable[[str | None], Command], *, cold: bool = False) -> float:
    """Wall time of one process; `cold` gives it an empty cache of its own."""
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as here:
        command, environment = made(cache if cold else None)
        start = time.perf_counter()
        subprocess.run(command, env=environment, cwd=here, check=True, capture_output=True)
        return time.perf_counter() - start


def table() -> str:
    """Seconds of each process, the median over rounds in turn, and by those of the script of dl4py."""
    with tempfile.TemporaryDirectory() as folder:
        makers: dict[str, tuple[Callable[[str | None], Command], bool]] = {
            "dl4py, warm": (script("dl4py", sys.executable), False),
            "dl4py, empty caches": (script("dl4py", sys.executable), True),
        }
        if torch_present():
            makers["PyTorch"] = (script("torch", TORCH), False)
        if dl4j.present():
            files = dl4j.prepared(WORKLOADS[IRIS], Path(folder))
            makers["DL4J, warm"], makers["DL4J, empty caches"] = (java(files), False), (java(files), True)
        epochs = ("--set", f"training.epochs={EPOCHS}")
        makers["`dl4py train specs/iris_mlp.yaml --set training.epochs=30`"] = (ours("train", SPEC, *epochs), False)
        makers["the same, empty caches"] = (ours("train", SPEC, *epochs), True)
        makers["`dl4py validate specs/iris_mlp.yaml`"] = (ours("validate", SPEC), False)
        makers["`dl4py --help`"] = (ours("--help"), False)
        for made, _ in makers.values():
            seconds(made)  # what is warm is so for every system
        found = {name: [] for name in makers}
        for number in range(ROUNDS):
            for name, (made, cold) in makers.items():
                if not cold or number == 0:
                    found[name].append(seconds(made, cold=cold))
    base = sorted(found["dl4py, warm"])[ROUNDS // 2]
    lines = ["| process | seconds, median | the same ÷ dl4py, warm |", "|---|---|---|"]
    for name, times in found.items():
        middle = sorted(times)[len(times) // 2]
        lines.append(f"| {name} | {middle:.2f} | {middle / base:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
