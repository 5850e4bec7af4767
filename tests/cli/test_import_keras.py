"""dl4py import-keras as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import dl4py

TRAINED = Path(__file__).parents[1] / "formats" / "keras" / "trained"


def imported(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "dl4py", "import-keras", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_a_model_becomes_a_zip_with_its_iteration(tmp_path):
    out, talk = imported(TRAINED / "iris_adam_k3.keras", "-o", tmp_path / "m.zip")
    assert out == f"wrote {tmp_path / 'm.zip'}\n"
    assert "warning" not in talk
    assert dl4py.load(tmp_path / "m.zip").iteration == 280


def test_what_differs_is_said_unless_quiet(tmp_path):
    source = TRAINED / "adamax.keras"
    out, talk = imported(source, "-o", tmp_path / "m.zip", "--json")
    assert json.loads(out) == {"wrote": str(tmp_path / "m.zip")}
    assert talk.splitlines()[0] == (
        f"warning: {source}: training goes on, but not in step: "
        "Adamax adds epsilon 1e-07 to its divisor, DL4J's `ada_max` 1e-32"
    )
    _, talk = imported(source, "-o", tmp_path / "m.zip", "--quiet")
    assert talk == ""
