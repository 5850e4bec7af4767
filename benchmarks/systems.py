"""The systems that are compared: where each is, the settings it is tried with, and one process that measures it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dl4j
from networks import Workload

HERE = Path(__file__).parent
TORCH = os.environ.get("TORCH_PYTHON", sys.executable)
Figures = dict[str, float]
REST = 0.05  # seconds
Command = tuple[list[str], dict[str, str]]


@dataclass(frozen=True)
class System:
    """A name, whether it is here, settings to try, and the command of a process with its environment."""

    name: str
    present: Callable[[], bool]
    settings: Callable[[Workload], list[str]]
    command: Callable[[str, Workload, str, Path], Command]


class Process:
    """A process that waits to be asked for a turn of steps."""

    def __init__(self, command: Command) -> None:
        words, environment = command
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)

    def warm(self) -> None:
        """Waits until its first steps are made, or could not be."""
        self._answer()

    def turn(self) -> Figures | None:
        """Figures of some steps, after a moment in which threads of others come to rest; None where it does not run."""
        assert self._process.stdin is not None
        time.sleep(REST)
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write("go\n")
            self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Figures | None:
        assert self._process.stdout is not None
        line = next((line for line in self._process.stdout if line.startswith("{")), None)
        return json.loads(line) if line else None

    def end(self) -> str:
        """Ends the process; what it complained of."""
        _, said = self._process.communicate()
        return said


def python(interpreter: str, system: str) -> Callable[[str, Workload, str, Path], Command]:
    """A process of steps.py."""
    return lambda name, _, settings, __: (
        [interpreter, str(HERE / "steps.py"), system, name, settings],
        dict(os.environ),
    )


def torch_present() -> bool:
    """Whether `TORCH_PYTHON`, or this Python, has PyTorch."""
    return subprocess.run([TORCH, "-c", "import torch"], capture_output=True, check=False).returncode == 0


def torch_settings(work: Workload) -> list[str]:
    """The order of images in memory, threads of small networks, an updater's tensors together where it is not fused."""
    if not work.torch:
        return []
    return {1: ["", "one thread"], 2: ["", "foreach"], 3: ["", "channels last"]}[len(work.features)]


SYSTEMS = (
    System("dl4py", lambda: True, lambda work: [""], python(sys.executable, "dl4py")),
    System("PyTorch", torch_present, torch_settings, python(TORCH, "torch")),
    System("DL4J", dl4j.present, dl4j.variants, dl4j.process),
)


def versions() -> dict[str, str]:
    """What was compared."""
    import numba
    import numpy

    found = {"Python": sys.version.split()[0], "numpy": numpy.__version__, "numba": numba.__version__}
    if torch_present():
        ask = "import torch; print(torch.__version__)"
        found["PyTorch"] = subprocess.run([TORCH, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    if dl4j.present():
        found["DL4J"] = dl4j.VERSION
    return found
