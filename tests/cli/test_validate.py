"""`dl4py validate` on broken specs, each with its whole message; `make golden` rewrites them and shows the difference."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from dl4py.cli.main import cli, report
from dl4py.errors import DL4PyError

BROKEN = Path(__file__).parent / "broken"
SPECS = Path(__file__).parents[2] / "specs"


def message(path, monkeypatch, capsys):
    """What the command prints on standard error, and its exit status."""
    monkeypatch.chdir(path.parent)
    with pytest.raises(DL4PyError) as error:
        cli.main(["validate", path.name], standalone_mode=False)
    status = report(error.value)
    return capsys.readouterr().err, status


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda p: p.stem)
def test_broken_spec(path, monkeypatch, capsys):
    text, status = message(path, monkeypatch, capsys)
    golden = path.with_suffix(".txt")
    if os.environ.get("GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()
    assert status == 3


def test_there_are_sixty():
    assert len(list(BROKEN.glob("*.yaml"))) >= 60


def test_a_file_of_ten_megabytes_is_refused(tmp_path, monkeypatch, capsys):
    path = tmp_path / "big.yaml"
    path.write_text("# filler\n" * 1_200_000)
    text, status = message(path, monkeypatch, capsys)
    assert text == ("error: big.yaml is larger than 8 MiB, which no spec is\n   = hint: is it the right file?\n")
    assert status == 3


def test_a_missing_file_names_its_neighbour(tmp_path, monkeypatch, capsys):
    (tmp_path / "spec.yaml").write_text("network: {}")
    text, _ = message(tmp_path / "spc.yaml", monkeypatch, capsys)
    assert text == "error: there is no file spc.yaml\n   = hint: did you mean `spec.yaml`?\n"


def test_an_alias_bomb_is_refused(tmp_path, monkeypatch, capsys):
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 8)]
    (tmp_path / "bomb.yaml").write_text("\n".join(lines))
    text, status = message(tmp_path / "bomb.yaml", monkeypatch, capsys)
    assert "more than 100000 values, counting aliases each time" in text
    assert status == 3


@pytest.mark.parametrize("spec", sorted(SPECS.glob("*.yaml")), ids=lambda p: p.stem)
def test_the_specs_of_the_project_are_sound(spec):
    result = CliRunner().invoke(cli, ["validate", str(spec)])
    assert result.exit_code == 0, result.output


def test_json_lists_all_mistakes():
    result = CliRunner().invoke(cli, ["validate", str(BROKEN / "several.yaml"), "--json"])
    answer = json.loads(result.output)
    assert result.exit_code == 3
    assert not answer["valid"]
    assert [m["line"] for m in answer["mistakes"]] == sorted(m["line"] for m in answer["mistakes"])
    assert {m["code"] for m in answer["mistakes"]} == {"unknown-key", "missing-key", "invalid-value", "unknown-type"}


def test_segments_of_layers_that_read_backwards_are_refused_with_their_place(tmp_path):
    (tmp_path / "b.yaml").write_text(
        "network:\n  backprop_type: truncated_bptt\n  input: {type: recurrent, size: 3}\n  layers:\n"
        "    - {type: bidirectional, fwd: {type: lstm, n_out: 4}}\n    - {type: rnn_output, n_out: 3}\n"
    )
    result = CliRunner().invoke(cli, ["validate", str(tmp_path / "b.yaml"), "--json"])
    answer = json.loads(result.output)
    assert result.exit_code == 4
    assert not answer["valid"]
    (mistake,) = answer["mistakes"]
    assert (mistake["line"], mistake["column"], mistake["code"]) == (5, 7, "unsupported-feature")


INPUTS = """network:
  inputs: {a: {type: recurrent, size: x}, b: {type: 0.1}, c: {size: 3}}
  vertices:
    - {name: o, type: output, n_out: 2}
"""
HUGE = """network:
  input: 4
  layers:
    - {name: wide, type: dense, n_out: 1000000000000000000}
    - {type: output, n_out: 2}
"""
ONE_KEY_MISSING = """network:
  input: {type: recurrent, size: 3}
  layers:
    - {type: bidirectional, mode: add}
    - {type: rnn_output, n_out: 2}
"""


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (INPUTS, ["2:39 `size` must be a whole number above 0, found \"x\"", "2:53 `type` must be a word, found 0.1",
                  "2:62 this input needs the key `type`"]),
        (HUGE, ["4:7 the output of `wide` has 1000000000000000000 values for one example"]),
        (ONE_KEY_MISSING, ["4:7 `bidirectional` needs the key `fwd`"]),
    ],
    ids=["inputs", "huge", "absent"],
)  # fmt: skip
def test_mistakes_that_random_changes_brought_to_light(text, places, tmp_path):
    (tmp_path / "s.yaml").write_text(text)
    result = CliRunner().invoke(cli, ["validate", str(tmp_path / "s.yaml"), "--json"])
    found = json.loads(result.output)["mistakes"]
    assert [f"{m['line']}:{m['column']} {m['message']}" for m in found] == places
    assert result.exit_code == 3


def test_full_fills_in_every_default():
    result = CliRunner().invoke(cli, ["validate", str(SPECS / "iris_mlp.yaml"), "--full"])
    assert "tbptt_fwd_length: 20" in result.output
