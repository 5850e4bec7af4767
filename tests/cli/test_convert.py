"""dl4py convert as a user runs it."""

import zipfile
from pathlib import Path

from click.testing import CliRunner

from dl4py.cli.commands.convert import command

MODEL = Path(__file__).parents[1] / "golden" / "dl4j" / "dense-deep" / "model.zip"


def test_there_and_back(tmp_path):
    theirs = tmp_path / "theirs.json"
    theirs.write_bytes(zipfile.ZipFile(MODEL).read("configuration.json"))
    done = CliRunner().invoke(command, [str(theirs), "-o", str(tmp_path / "net.yaml")])
    assert done.exit_code == 0, done.output
    assert done.output == f"wrote {tmp_path / 'net.yaml'}\n"
    back = CliRunner().invoke(command, [str(tmp_path / "net.yaml")])
    assert back.exit_code == 0
    assert back.output.strip() == theirs.read_text().strip()


def test_options_of_specs_are_refused_for_json(tmp_path):
    theirs = tmp_path / "theirs.json"
    theirs.write_bytes(zipfile.ZipFile(MODEL).read("configuration.json"))
    done = CliRunner().invoke(command, [str(theirs), "--set", "network.seed=1"])
    assert done.exit_code == 2
    assert "--set changes a spec; CONFIG is DL4J's JSON." in done.output


def test_a_dash_is_standard_output(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    theirs = tmp_path / "theirs.json"
    theirs.write_bytes(zipfile.ZipFile(MODEL).read("configuration.json"))
    done = CliRunner().invoke(command, [str(theirs), "-o", "-"])
    assert done.output == CliRunner().invoke(command, [str(theirs)]).output
    assert not (tmp_path / "-").exists()
