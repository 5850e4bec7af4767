import os
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

import dl4py
from dl4py.spark.packing import needed, pack, submit_lines

SPEC = f"""
network:
  input: 4
  defaults: {{activation: tanh, updater: adam}}
  layers: [{{type: dense, n_out: 6}}, {{type: output, n_out: 3}}]
data:
  train: {{type: csv, path: {Path(__file__).parents[1] / "data" / "files" / "iris.csv"}, labels: -1}}
training: {{epochs: 2, batch_size: 8}}
"""


def test_everything_that_dl4py_imports_is_needed():
    names = {package.name.lower() for package in needed()}
    assert {"numpy", "numba", "llvmlite", "pydantic", "pydantic_core", "pyyaml", "click", "rich", "h5py"} <= names
    assert "pyspark" not in names


def test_the_lines_name_archive_entry_and_spec(tmp_path):
    lines = submit_lines(tmp_path / "env.tar.gz", "spec.yaml")
    assert list(lines) == ["yarn", "standalone", "kubernetes"]
    for line in lines.values():
        assert f"--archives {tmp_path}/env.tar.gz#env " in line
        assert line.endswith("/dl4py/spark/entry.py spark-train spec.yaml")
        assert "PYSPARK_PYTHON=./env/bin/python " in line


@pytest.mark.slow
def test_the_packed_python_runs_anywhere(tmp_path):
    pack(tmp_path / "env.tar.gz")
    with tarfile.open(tmp_path / "env.tar.gz") as archive:
        archive.extractall(tmp_path / "elsewhere", filter="data")
    python = tmp_path / "elsewhere" / "bin" / "python"
    code = "import numba, dl4py.network, sys; print(sys.prefix, dl4py.__file__)"
    done = subprocess.run(
        [str(python), "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path, env={"PATH": "/bin"}
    )
    assert done.returncode == 0, done.stderr
    prefix, house = done.stdout.split()
    assert prefix == str(tmp_path / "elsewhere")
    assert house.startswith(prefix)


@pytest.mark.slow
@pytest.mark.spark
def test_a_cluster_trains_with_the_packed_environment_alone(tmp_path):
    pyspark = pytest.importorskip("pyspark")
    archive = tmp_path / "env.tar.gz"
    pack(archive)
    (tmp_path / "spec.yaml").write_text(SPEC)
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    line = submit_lines(archive, "spec.yaml")["standalone"].split()
    names = dict(word.split("=", 1) for word in line if word.startswith("PYSPARK_"))
    words = [w for w in line if not w.startswith("PYSPARK_")][1:]
    words[words.index("spark://HOST:7077")] = "local-cluster[2,1,1024]"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **names}
    done = subprocess.run(
        [str(submit), *words, "--set", "spark.master.workers=1", "-o", "packed"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, [line for line in done.stderr.splitlines() if "error" in line or "Error" in line]
    subprocess.run(
        [sys.executable, "-m", "dl4py", "train", "spec.yaml", "--threads", "1", "-o", "alone"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    packed, alone = (dl4py.load(tmp_path / name / "model.zip") for name in ("packed", "alone"))
    assert np.array_equal(packed.params, alone.params)
