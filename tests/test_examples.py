"""The commands of every example's README, run as they stand there; their output is the example's `expected.txt`."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.mark.parametrize("story", sorted(p.name for p in EXAMPLES.iterdir() if p.is_dir()))
def test_example(story, tmp_path):
    folder = tmp_path / "examples" / story
    shutil.copytree(EXAMPLES / story, folder, ignore=shutil.ignore_patterns("run"))
    (tmp_path / "specs").symlink_to(EXAMPLES.parent / "specs")
    program = tmp_path / "bin" / "dl4py"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m dl4py "$@"\n')
    program.chmod(0o755)
    commands = re.findall(r"^\$ (.*)$", (folder / "README.md").read_text(), re.MULTILINE)
    output = ""
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        output += f"$ {command}\n{done.stdout}"
    golden = EXAMPLES / story / "expected.txt"
    if os.environ.get("GOLDEN"):
        golden.write_text(output)
    assert output == golden.read_text()
