"""The commands of every example's README, run as they stand there; their output is the example's `expected.txt`.

A line `...` of `expected.txt` stands for any lines: what another machine may print otherwise, such as the last digits of
a figure or a drawn text.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def fits(output: str, expected: str) -> bool:
    """Whether an output is the expected one, where a line `...` is any number of lines."""
    lines = (".*?" if line == "...\n" else re.escape(line) for line in expected.splitlines(keepends=True))
    return re.fullmatch("".join(lines), output, re.DOTALL) is not None


@pytest.mark.parametrize(
    ("output", "expected"), [("a\nb\nc\n", "a\n...\nc\n"), ("a\nc\n", "a\n...\nc\n"), ("a\nb\n", "a\n...\n")]
)
def test_dots_stand_for_any_lines(output, expected):
    assert fits(output, expected)
    assert not fits(output + "d\n", expected + "e\n")
    assert not fits("x" + output, expected)


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
    if os.environ.get("GOLDEN") and not (golden.exists() and fits(output, golden.read_text())):
        golden.write_text(output)  # lines `...` are set by hand
    assert fits(output, golden.read_text()), f"{output}\n===== expected:\n{golden.read_text()}"
