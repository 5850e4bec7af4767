"""Machine code from files: the same numbers without numba, and no harm from files that are broken."""

import json
import os
import subprocess
import sys

import pytest

CHILD = """
import sys
import numpy as np
from dl4py import Network, NetworkConfig
layers = [{"type": "dense", "n_out": 5, "activation": "tanh"}, {"type": "output", "n_out": 3}]
network = Network(NetworkConfig.model_validate({"seed": 3, "input": 4, "layers": layers}))
x = np.linspace(-1.0, 1.0, 24, dtype="f").reshape(6, 4)
scores = [network.fit(x, np.eye(3, dtype="f")[[0, 1, 2, 0, 1, 2]]) for _ in range(5)]
print(scores, "numba" in sys.modules)
"""


def trained(folder):
    """Scores, and whether numba was loaded."""
    environment = {**os.environ, "DL4PY_CACHE": str(folder)}
    words = [sys.executable, "-W", "error", "-c", CHILD]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    scores, _, compiled = done.stdout.strip().rpartition(" ")
    return scores, compiled == "True"


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    return folder, *trained(folder)


def test_who_finds_its_code_needs_no_compiler(first):
    folder, scores, compiled = first
    assert compiled
    assert trained(folder) == (scores, False)


def cut_off(data):
    return data[: len(data) // 2]


def needy(data):
    """Code that calls a function which this process lacks, like that of another machine's library."""
    line, code = data.split(b"\n", 1)
    return json.dumps({**json.loads(line), "needs": ["a_function_of_nobody"]}).encode() + b"\n" + code


@pytest.mark.parametrize("broken", [cut_off, needy, lambda data: b"", lambda data: b"{}\n"])
def test_code_that_cannot_be_used_is_made_again(first, broken):
    folder, scores, _ = first
    path = next(folder.rglob("*gemm.product*.code"))
    path.write_bytes(broken(path.read_bytes()))
    assert trained(folder) == (scores, True)
    assert trained(folder) == (scores, False)
    assert [path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".code"] == []
