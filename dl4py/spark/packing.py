"""An archive with Python, dl4py and what it needs, for clusters where nothing is installed."""

from __future__ import annotations

import re
import sys
import tarfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from shlex import quote

from dl4py.errors import ClusterError

HOUSE = Path(__file__).resolve().parent.parent
LIBRARY = f"lib/python{sys.version_info.major}.{sys.version_info.minor}"
LEFT_OUT = {"test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "__pycache__", "site-packages"}
ALSO = ("pyyaml", "click", "h5py", "numba", "numpy", "pillow", "platformdirs", "pydantic", "rich", "threadpoolctl")


def pack(path: Path) -> tuple[int, list[str]]:
    """Writes the archive; returns its files and the packages inside.

    The interpreter comes along with its standard library and finds both from its own place, so that it runs in any
    folder of a machine of the same kind.
    """
    base = Path(sys.base_prefix)
    if not (base / LIBRARY / "os.py").exists():
        raise ClusterError(
            f"the Python of {base} cannot be packed: {LIBRARY} is not below it", hint="start dl4py from a venv"
        )
    packages = sorted(needed(), key=lambda d: d.name)
    count = 0
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for source, name in _files(base, packages):
            archive.add(source, f"{name}", recursive=False)
            count += 1
    return count, [f"{d.name} {d.version}" for d in packages]


def _files(base: Path, packages: list[Distribution]) -> Iterator[tuple[Path, str]]:
    interpreter = Path(sys.executable).resolve()
    for name in ("python", "python3"):
        yield interpreter, f"bin/{name}"
    for library in sorted((base / "lib").glob("libpython*.so*")):
        yield library.resolve(), f"lib/{library.name}"
    for file in _below(base / LIBRARY):
        yield file, f"{LIBRARY}/{file.relative_to(base / LIBRARY)}"
    for package in packages:
        for entry in package.files or ():
            source = Path(str(package.locate_file(entry)))
            if ".." not in entry.parts and "__pycache__" not in entry.parts and source.is_file():
                yield source, f"{LIBRARY}/site-packages/{entry}"
    for file in _below(HOUSE):
        yield file, f"{LIBRARY}/site-packages/dl4py/{file.relative_to(HOUSE)}"


def _below(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name in LEFT_OUT or entry.name.startswith("config-") or entry.suffix in (".a", ".pyc"):
            continue
        if entry.is_dir():
            yield from _below(entry)
        elif entry.is_file():
            yield entry


def needed() -> list[Distribution]:
    """dl4py's packages and theirs, without extras; Spark brings its own Python part."""
    found: dict[str, Distribution] = {}
    waiting = list(ALSO)
    while waiting:
        name = waiting.pop()
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # a requirement of another system or Python
        if package.name in found:
            continue
        found[package.name] = package
        waiting += [re.split(r"[ ;<>=!~\[(]", r)[0] for r in package.requires or () if "extra ==" not in r]
    return list(found.values())


def submit_lines(archive: Path, spec: str) -> dict[str, str]:
    """The line for each sort of cluster; the driver runs here, with this Python, executors with the packed one."""
    entry = HOUSE / "spark" / "entry.py"
    driver = f"PYSPARK_DRIVER_PYTHON={quote(sys.executable)} PYSPARK_PYTHON=./env/bin/python"
    tail = f"--archives {quote(str(archive))}#env {quote(str(entry))} spark-train {quote(spec)}"
    pods = "--conf spark.kubernetes.container.image=IMAGE --conf spark.executor.instances=2"
    return {
        "yarn": f"{driver} spark-submit --master yarn --deploy-mode client {tail}",
        "standalone": f"{driver} spark-submit --master spark://HOST:7077 --deploy-mode client {tail}",
        "kubernetes": f"{driver} spark-submit --master k8s://https://HOST:6443 --deploy-mode client {pods} "
        f"--conf spark.driver.host=THIS_HOST {tail}",
    }
