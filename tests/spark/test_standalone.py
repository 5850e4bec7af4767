"""A standalone cluster of a master and two workers, which has nothing but the packed environment."""

import contextlib
import json
import os
import shlex
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

import dl4py

pyspark = pytest.importorskip("pyspark")
pytestmark = [pytest.mark.spark, pytest.mark.slow]
SPARK = Path(pyspark.__file__).parent
IRIS = Path(__file__).parents[1] / "data" / "files" / "iris.csv"
SPEC = """
network:
  input: 4
  defaults: {activation: tanh, updater: adam}
  layers: [{type: dense, n_out: 6}, {type: output, n_out: 3}]
data: {train: {type: csv, path: iris.csv, labels: -1}}
spark: {master: {type: parameter_averaging, averaging_frequency: 2}}
training: {epochs: 2, batch_size: 8}
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    """The address of a master with two workers of one core each, whose processes know nothing of this checkout."""
    folder = tmp_path_factory.mktemp("standalone")
    port, page = free_port(), free_port()
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "SPARK_NO_DAEMONIZE": "1", "SPARK_HOME": str(SPARK)}
    if "JAVA_HOME" in os.environ:
        environment["JAVA_HOME"] = os.environ["JAVA_HOME"]
    where = ["--host", "127.0.0.1", "--webui-port"]
    address = f"spark://127.0.0.1:{port}"
    calls = [["master.Master", *where, str(page), "--port", str(port)]]
    calls += [
        [
            "worker.Worker",
            *where,
            "0",
            "--cores",
            "1",
            "--memory",
            "1g",
            "--work-dir",
            str(folder / f"work-{i}"),
            address,
        ]
        for i in range(2)
    ]
    with contextlib.ExitStack() as running:
        log = running.enter_context((folder / "log").open("w"))
        for name, *words in calls:
            words = [str(SPARK / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *words]
            process = subprocess.Popen(words, env=environment, cwd=folder, stdout=log, stderr=log)
            running.callback(process.wait)
            running.callback(process.terminate)
        end = time.monotonic() + 600
        while alive(page) < 2:
            assert time.monotonic() < end, (folder / "log").read_text()[-2000:]
            time.sleep(0.2)
        yield address


def alive(page):
    """Workers that the master knows."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=10) as answer:
            return json.load(answer)["aliveworkers"]
    except OSError:
        return 0


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A clean folder with a spec, its data, what `spark-pack` writes, and the line that it prints."""
    folder = tmp_path_factory.mktemp("clean")
    (folder / "spec.yaml").write_text(SPEC)
    (folder / "iris.csv").write_bytes(IRIS.read_bytes())
    words = [sys.executable, "-m", "dl4py", "spark-pack", "--spec", "spec.yaml", "--json"]
    made = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True)
    with tarfile.open(folder / "env.tar.gz") as archive:
        archive.extractall(folder / "env", filter="data")
    return folder, json.loads(made.stdout)["submit"]["standalone"]


def submitted(packed, master, output, *more):
    """The printed line, but for the driver's side, which is the packed environment, too."""
    folder, line = packed
    python = folder / "env" / "bin" / "python"
    entry = next((folder / "env").glob("lib/python*/site-packages/dl4py/spark/entry.py"))
    words = shlex.split(line.replace("spark://HOST:7077", master))
    names = dict(word.split("=", 1) for word in words if word.startswith("PYSPARK_"))
    words = [word for word in words if not word.startswith("PYSPARK_")]
    words = [str(entry) if word.endswith("entry.py") else word for word in words]
    words[0] = str(SPARK / "bin" / "spark-submit")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), **names, "PYSPARK_DRIVER_PYTHON": str(python)}
    if "JAVA_HOME" in os.environ:
        environment["JAVA_HOME"] = os.environ["JAVA_HOME"]
    done = subprocess.run(
        [*words, "-o", output, *more],
        cwd=folder, capture_output=True, text=True, check=False, env=environment, timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return dl4py.load(folder / output / "model.zip")


def alone(packed, output, *words):
    folder, _ = packed
    words = [sys.executable, "-m", "dl4py", "train", "spec.yaml", "-o", output, *words]
    subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=1200)
    return dl4py.load(folder / output / "model.zip")


def same(a, b):
    assert np.array_equal(a.params, b.params)
    assert np.array_equal(a.updater_state, b.updater_state)
    assert (a.iteration, a.epoch) == (b.iteration, b.epoch)


def test_one_worker_is_training_alone(packed, master):
    one = submitted(packed, master, "one", "--set", "spark.master.workers=1")
    same(one, alone(packed, "alone", "--threads", "1"))


def test_two_workers_are_two_processes_here(packed, master):
    two = submitted(packed, master, "two", "--set", "spark.master.transport=direct", "--set", "spark.master.workers=2")
    same(two, alone(packed, "pair", "--workers", "2"))
