"""Real Deeplearning4j 1.0.0-M2.1: its jars, its builds for this processor, and steps of the same networks in it.

The jars are those of the tests' oracle (`~/.cache/dl4py-oracle`, or `DL4J_ORACLE_HOME`); without them Maven fetches
them. The builds with AVX and oneDNN come from Maven too; where one is missing, its variant is left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
from networks import Workload

HERE = Path(__file__).parent
ORACLE = HERE.parent / "tests" / "oracle"
HOME = Path(os.environ.get("DL4J_ORACLE_HOME", Path.home() / ".cache" / "dl4py-oracle"))
VERSION = "1.0.0-M2.1"
JARS = Path.home() / ".m2" / "repository" / "org" / "nd4j" / "nd4j-native" / VERSION
GENERIC = f"nd4j-native-{VERSION}-linux-x86_64.jar"
WARM, SECONDS = 4.0, 0.5  # Java compiles what it runs often, for seconds
JSON_FROM = 1 << 26  # parameters; beyond, the zip would count as DL4J's memory

THREADS = {
    "": {},
    "one thread": {"OMP_NUM_THREADS": "1"},
    "passive": {"OMP_WAIT_POLICY": "passive"},
}


@cache
def present() -> bool:
    """Whether DL4J runs here; it is fetched and built where it is missing."""
    if shutil.which("java") is None:
        return False
    if not (HOME / "target" / "lib").exists():
        if shutil.which("mvn") is None:
            return False
        shutil.copytree(ORACLE, HOME, dirs_exist_ok=True)
        goal = ["mvn", "-q", "-B", "compile", "dependency:copy-dependencies", "-DoutputDirectory=target/lib"]
        subprocess.run(goal, cwd=HOME, check=True, capture_output=True)
    return shutil.which("javac") is not None


@cache
def builds() -> dict[str, str]:
    """Builds of ND4J for this processor, as Maven's classifiers: the generic one has none."""
    flags = Path("/proc/cpuinfo").read_text().split() if Path("/proc/cpuinfo").exists() else []
    vectors = next((v for v, flag in (("avx512", "avx512f"), ("avx2", "avx2")) if flag in flags), None)
    wanted = {"generic": ""} | ({vectors: vectors, f"oneDNN {vectors}": f"onednn-{vectors}"} if vectors else {})
    return {name: classifier for name, classifier in wanted.items() if not classifier or _jar(classifier)}


def _jar(classifier: str) -> Path | None:
    name = f"nd4j-native-{VERSION}-linux-x86_64-{classifier}"
    if not (JARS / f"{name}.jar").exists() and shutil.which("mvn"):
        goal = f"-Dartifact=org.nd4j:nd4j-native:{VERSION}:jar:linux-x86_64-{classifier}"
        subprocess.run(
            ["mvn", "-q", "-B", "dependency:get", goal, "-Dtransitive=false"], check=False, capture_output=True
        )
    return JARS / f"{name}.jar" if (JARS / f"{name}.jar").exists() else None


def variants(work: Workload) -> list[str]:
    """As it is installed, and the builds for this processor with settings of threads that were best somewhere."""
    fast = [name for name in builds() if name != "generic"]
    some = [] if len(work.features) == 3 else [f"{name}, one thread" for name in fast if "oneDNN" not in name]
    return ["generic", *some, *(f"{name}, passive" for name in fast)]


@cache
def _classes() -> Path:
    out = HOME / "target" / "benchmarks"
    sources = sorted((HERE / "java").rglob("*.java"))
    if not out.exists() or out.stat().st_mtime < max(s.stat().st_mtime for s in sources):
        shutil.rmtree(out, ignore_errors=True)
        (out / "shim").mkdir(parents=True)
        for source in sources:
            to = out / "shim" if source.stem == "Nd4jCpu" else out
            command = ["javac", "-nowarn", "-cp", f"{HOME}/target/lib/*", "-d", str(to), str(source)]
            subprocess.run(command, check=True, capture_output=True)
    return out


def java(variant: str, *args: str, more: tuple[str, ...] = ()) -> tuple[list[str], dict[str, str]]:
    """The command of a variant and its environment."""
    build, _, setting = variant.partition(", ")
    classifier, classes = builds()[build], _classes()
    places, options = [str(classes)], list(more)
    if classifier:
        places += [str(_jar(classifier)), *(str(p) for p in (HOME / "target/lib").glob("*.jar") if p.name != GENERIC)]
        options.append(f"-Dorg.bytedeco.javacpp.platform.extension=-{classifier}")
        if "onednn" in classifier:
            places.insert(0, str(classes / "shim"))
            options.append("-Dorg.eclipse.deeplearning4j.helpers.disable=false")
    else:
        places.append(f"{HOME}/target/lib/*")
    unset = ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "OPENBLAS_NUM_THREADS")
    environment = {k: v for k, v in os.environ.items() if k not in unset} | THREADS[setting]
    return ["java", "-XX:ErrorFile=/dev/null", *options, "-cp", ":".join(places), "Steps", *args], environment


def prepared(work: Workload, folder: Path) -> tuple[str, str, str]:
    """The files of a workload: network, features, labels (`-` where it does not train)."""
    from dl4py import Network, NetworkConfig
    from dl4py.formats.dl4j.configuration import write_configuration
    from dl4py.formats.dl4j.text import print_json
    from dl4py.network.graph import build
    from dl4py.network.parameters import lay_out

    place = folder / work.key
    if not place.exists():
        place.mkdir()
        x, y = work.arrays()
        np.save(place / "x.npy", x)
        np.save(place / "y.npy", y)
        config = NetworkConfig.model_validate(work.config)
        graph = build(config)
        if lay_out(graph).size < JSON_FROM:
            Network(config).save(place / "model.zip")
        else:
            (place / "model.json").write_text(print_json(write_configuration(graph, 0, 0)))
    model = next(p for p in (place / "model.zip", place / "model.json") if p.exists())
    return str(model), str(place / "x.npy"), str(place / "y.npy") if work.trains else "-"


def process(name: str, work: Workload, variant: str, folder: Path) -> tuple[list[str], dict[str, str]]:
    """The command whose turns are timed, and its environment."""
    return java(variant, *prepared(work, folder), str(max(1, work.rounds // 10)), str(WARM), str(SECONDS))
