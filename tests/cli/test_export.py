"""dl4py export as a user runs it; the formats are tested in tests/formats/exporters."""

import io
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from dl4py.cli.commands.export import FORMATS, command
from dl4py.formats.exporters.base import EXPORTERS

IRIS = Path(__file__).parents[2] / "specs" / "iris_mlp.yaml"


def test_a_dash_is_standard_output(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = CliRunner().invoke(command, [str(IRIS), "--to", "spec", "-o", "-"]).output
    assert text.startswith("network:\n")
    data = CliRunner().invoke(command, [str(IRIS), "--to", "npz", "-o", "-"]).stdout_bytes
    assert np.load(io.BytesIO(data))["hidden1.W"].shape == (4, 3)
    assert list(tmp_path.iterdir()) == []


def test_without_a_name_the_file_lies_beside_the_model_and_nothing_is_replaced(tmp_path):
    spec = tmp_path / "net.yaml"
    spec.write_text(IRIS.read_text())
    done = CliRunner().invoke(command, [str(spec), "--to", "npz"])
    assert done.output == f"wrote {tmp_path / 'net.npz'}\n"
    again = CliRunner().invoke(command, [str(spec), "--to", "npz"])
    assert again.exit_code == 2
    assert again.output.splitlines()[-1] == (
        f"Error: {tmp_path / 'net.npz'} exists already; name the file with --output."
    )


def test_every_exporter_can_be_asked_for():
    assert [name.replace("_", "-") for name in EXPORTERS.names()] == FORMATS
