import subprocess
import tarfile

import pytest

from dl4py.spark.packing import needed, pack, submit_lines


def test_everything_that_dl4py_imports_is_needed():
    names = {package.name.lower() for package in needed()}
    assert {"numpy", "numba", "llvmlite", "pydantic", "pydantic_core", "pyyaml", "click", "rich", "h5py"} <= names
    assert "pyspark" not in names


def test_the_lines_name_archive_entry_and_spec(tmp_path):
    lines = submit_lines(tmp_path / "env.tar.gz", "spec.yaml")
    assert list(lines) == ["yarn", "standalone", "kubernetes"]
    for line in lines.values():
        assert " --deploy-mode client " in line
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
