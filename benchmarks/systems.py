"""The systems that are compared: where each is, the settings it is tried with, and one process that measures it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dl4j
from networks import Workload

HERE = Path(__file__).parent
TORCH = os.environ.get("TORCH_PYTHON", sys.executable)
Figures = dict[str, float]


@dataclass(frozen=True)
class System:
    """A name, whether it is here, settings to try, and figures of a process (None: it does not run so)."""

    name: str
    present: Callable[[], bool]
    settings: Callable[[Workload], list[str]]
    measured: Callable[[str, Workload, str, Path], Figures | None]


def python(interpreter: str, system: str) -> Callable[[str, Workload, str, Path], Figures | None]:
    """A process of steps.py."""

    def measured(name: str, work: Workload, settings: str, folder: Path) -> Figures | None:
        command = [interpreter, str(HERE / "steps.py"), system, name, settings]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode and system == "dl4py":
            raise RuntimeError(done.stderr)
        return None if done.returncode else json.loads(done.stdout)

    return measured


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
    System("DL4J", dl4j.present, dl4j.variants, dl4j.measured),
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
