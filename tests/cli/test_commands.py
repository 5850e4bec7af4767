"""Commands as a user runs them."""

import io
import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner

from dl4py.cli.main import Commands, cli
from dl4py.spec.parse import parse
from dl4py.spec.source import Source

ROOT = Path(__file__).parents[2]
IRIS = ROOT / "specs" / "iris_mlp.yaml"


def dl4py(*arguments, stdin=None, status=0, cwd=None):
    done = subprocess.run(
        [sys.executable, "-m", "dl4py", *map(str, arguments)], input=stdin, capture_output=True, cwd=cwd, check=False
    )
    assert done.returncode == status, done.stderr.decode()[-2000:]
    assert b"Traceback" not in done.stderr
    return done.stdout.decode(errors="replace"), done.stderr.decode()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A trained run of iris."""
    folder = tmp_path_factory.mktemp("iris") / "run"
    out, talk = dl4py("train", IRIS, "-o", folder, "--set", "training.epochs=200")
    assert "Accuracy" in out
    assert f"model: {folder / 'model.zip'}" in out
    assert "200 epochs, 200 iterations" in talk
    return folder


def test_train_json_quiet_and_gates(tmp_path):
    out, talk = dl4py("train", IRIS, "-o", tmp_path / "a", "--json", "--quiet", "--min", "accuracy=0.9")
    answer = json.loads(out)
    assert answer["test"]["accuracy"] > 0.9
    assert 0 < answer["test"]["loss"] < 0.5
    assert talk == ""
    _, talk = dl4py(
        "train", IRIS, "-o", tmp_path / "b", "--set", "training.epochs=1", "--min", "accuracy=0.99", status=8
    )
    assert "below the gate 0.99" in talk


CHARACTERS = """network:
  input: {type: recurrent, size: 9}
  layers:
    - {type: lstm, n_out: 4}
    - {type: rnn_output, n_out: 7}
data:
  train: {type: text, path: text.txt, length: 5}
"""


def test_what_cannot_be_learned_leaves_no_folder(tmp_path):
    (tmp_path / "text.txt").write_text("abcdefg" * 20)
    (tmp_path / "chars.yaml").write_text(CHARACTERS)
    _, talk = dl4py("train", "chars.yaml", status=3, cwd=tmp_path)
    assert talk == (
        "chars.yaml:2:10: the input `input` takes arrays of batch x 9 x any, found 27 x 7 x 5\n"
        "  |\n2 |   input: {type: recurrent, size: 9}\n  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "   = hint: `size: 7` takes them\n"
    )
    fits = ["train", "chars.yaml", "--set", "network.input.size=7"]
    _, talk = dl4py(*fits, "--set", "network.layers.1.n_out=3", status=3, cwd=tmp_path)
    assert "the output `layer1` takes labels of 27 x 3 x 5, found 27 x 7 x 5" in talk
    assert "hint: `n_out: 7` takes them" in talk
    backwards = "network.layers.0={type: bidirectional, fwd: {type: lstm, n_out: 4}}"
    _, talk = dl4py(*fits, "--set", backwards, "--set", "network.backprop_type=truncated_bptt", status=4, cwd=tmp_path)
    assert "layer `layer0` (bidirectional) reads sequences from their end" in talk
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chars.yaml", "text.txt"]


def test_what_cannot_begin_leaves_no_folder(tmp_path):
    _, talk = dl4py("train", IRIS, "--set", "data.train.path=nothing.csv", status=5, cwd=tmp_path)
    assert "nothing.csv" in talk
    whole = ["train", IRIS, "--set", "data.split=null", "--min", "accuracy=0.9"]
    _, talk = dl4py(*whole, status=2, cwd=tmp_path)
    assert talk.splitlines()[-1] == (
        "Error: --min and --max look at the test part: give the data a `split` or a `test`."
    )
    assert list(tmp_path.iterdir()) == []


def test_train_refuses_a_folder_in_use_and_wrong_usage(run, tmp_path):
    _, talk = dl4py("train", IRIS, "-o", run, status=1)
    assert (
        talk
        == f"error: {run} holds a run already\n   = hint: go on with `dl4py train --resume {run}`, or choose another `--output`\n"
    )
    dl4py("train", status=2)
    _, talk = dl4py("train", "--resume", tmp_path, status=4)
    assert "is no run folder: `spec.yaml` is missing" in talk
    _, talk = dl4py("trian", status=2)
    assert "Did you mean 'train'?" in talk


def test_the_seed_decides(tmp_path):
    models = []
    for i, seed in enumerate((1, 1, 2)):
        dl4py("train", IRIS, "-o", tmp_path / str(i), "--seed", seed, "--set", "training.epochs=3")
        models.append((tmp_path / str(i) / "model.zip").read_bytes())
    assert models[0] == models[1]
    assert models[0] != models[2]


def test_evaluate_a_spec_and_a_file(run):
    out, _ = dl4py("evaluate", run / "model.zip", "--data", IRIS)
    assert "# of classes:    3" in out
    out, _ = dl4py("evaluate", run / "model.zip", "--data", ROOT / "specs" / "data" / "iris.csv", "--json")
    answer = json.loads(out)
    assert answer["examples"] == 150
    assert answer["accuracy"] > 0.9
    assert 0 < answer["loss"] < 1


def test_predict_forms_and_pipes(run, tmp_path):
    rows = [line.rsplit(",", 1)[0] for line in (ROOT / "specs" / "data" / "iris.csv").read_text().split()]
    data = "\n".join(rows).encode()
    out, _ = dl4py("predict", run / "model.zip", "-", stdin=data)
    lines = out.splitlines()
    assert lines[0] == "class,setosa,versicolor,virginica"
    assert len(lines) == 151
    assert lines[1].startswith("setosa,0.9")
    classes, _ = dl4py("predict", run / "model.zip", "-", "--classes", stdin=data)
    assert classes.split()[:2] == ["setosa", "setosa"]
    jsonl, _ = dl4py("predict", run / "model.zip", "-", "--to", "jsonl", stdin=data)
    assert json.loads(jsonl.splitlines()[0])["class"] == "setosa"
    dl4py("predict", run / "model.zip", "-", "-o", tmp_path / "y.npz", stdin=data)
    with np.load(io.BytesIO((tmp_path / "y.npz").read_bytes())) as file:
        assert np.allclose(file["output"][0], [float(v) for v in lines[1].split(",")[1:]], atol=1e-6)


def test_predict_with_rounded_weights(run):
    """As a network of the same weights, rounded, says; and no model is changed."""
    data, kept = b"5.1,3.5,1.4,0.2\n6.2,3.4,5.4,2.3\n", (run / "model.zip").read_bytes()
    out, talk = dl4py("predict", run / "model.zip", "-", "--precision", "bf16", stdin=data)
    assert talk == "weights are rounded to bfloat16, sums are not: what bf16 costs in accuracy, at the usual speed\n"
    plain, _ = dl4py("predict", run / "model.zip", "-", stdin=data)
    found, exact = (np.array([line.split(",")[1:] for line in text.split()[1:]], float) for text in (out, plain))
    assert 1e-5 < abs(found - exact).max() < 0.05
    assert (run / "model.zip").read_bytes() == kept


def test_predict_names_a_wrong_width(run):
    _, talk = dl4py("predict", run / "model.zip", "-", stdin=b"1,2,3\n", status=3)
    assert talk == "error: the input `input` takes arrays of batch x 4, found 1 x 3\n"


def test_summary_of_spec_and_model(run):
    spec, _ = dl4py("summary", IRIS)
    model, _ = dl4py("summary", run / "model.zip")
    assert spec == model
    assert "hidden1 (DenseLayer)    4,3" in spec
    answer = json.loads(dl4py("summary", IRIS, "--json")[0])
    assert answer["total"] == 39
    assert "InputTypeFeedForward(4)" in dl4py("summary", IRIS, "--shapes")[0]


def test_plan():
    out, _ = dl4py("plan", IRIS, "--batch", "120")
    assert "matmul" in out
    assert "compatibility: exact" in out
    memory, _ = dl4py("plan", IRIS, "--batch", "120", "--memory")
    assert "hidden1.z   120 x 3" in memory
    answer = json.loads(dl4py("plan", IRIS, "--json")[0])
    assert answer["arena_bytes"] <= answer["unshared_bytes"]


def test_init_gives_specs_that_are_sound(tmp_path):
    names = [line.split()[0] for line in dl4py("init", "--list")[0].splitlines()]
    assert names == ["graph", "mlp", "mnist", "regression"]
    for name in names:
        dl4py("init", name, "-o", tmp_path / f"{name}.yaml")
        dl4py("validate", tmp_path / f"{name}.yaml")
    dl4py("init", "mlp", "-o", tmp_path / "mlp.yaml", status=1)
    dl4py("init", "cnn", status=2)


def test_schema_accepts_what_is_sound_and_refuses_what_is_not():
    schema = json.loads(dl4py("schema")[0])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in [*ROOT.glob("specs/*.yaml"), *ROOT.glob("dl4py/cli/templates/*.yaml")]:
        assert not list(validator.iter_errors(parse(Source.read(path)))), path
    for name in ("unknown-key", "wrong-type-text", "range-negative", "unknown-layer", "choice"):
        assert list(validator.iter_errors(parse(Source.read(Path(__file__).parent / "broken" / f"{name}.yaml")))), name


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("dense", "y = activation(x W + b)"),
        ("dropout", "Probability of keeping an input"),
        ("n_out", "Width of the output"),
        ("updater", "`adam`"),
        ("network.seed", "Seed of first weights"),
        ("network", "section `network`"),
        ("shape-error", "Exit status 3"),
    ],
)
def test_explain(name, part):
    result = CliRunner().invoke(cli, ["explain", name])
    assert result.exit_code == 0
    assert part in result.output


def test_explain_names_what_is_near():
    _, talk = dl4py("explain", "dropuot", status=1)
    assert "did you mean `dropout`" in talk


def test_export_and_import_and_transfer(run, tmp_path):
    for form, name in (("spec", "m.yaml"), ("dl4j-json", "m.json"), ("npz", "m.npz"), ("onnx", "m.onnx")):
        dl4py("export", run / "model.zip", "--to", form, "-o", tmp_path / name)
        assert (tmp_path / name).stat().st_size
    dl4py("validate", tmp_path / "m.yaml")
    keras = ROOT / "tests" / "formats" / "importers" / "files" / "k3-mlp_basic.keras"
    dl4py("import-keras", keras, "-o", tmp_path / "k.zip")
    dl4py("summary", tmp_path / "k.zip")
    (tmp_path / "t.yaml").write_text(
        "transfer:\n  freeze: hidden1\n  remove_last: 1\n  add: [{name: out, type: output, n_out: 5}]\n"
    )
    out, talk = dl4py("transfer", run / "model.zip", tmp_path / "t.yaml", "-o", tmp_path / "t.zip")
    assert "Frozen DenseLayer" in talk
    assert out == f"wrote {tmp_path / 't.zip'}\n"


def test_every_command_has_help_with_an_example():
    commands = cli.list_commands(None)
    assert {"train", "spark-train", "summary", "export", "import-keras", "transfer"} <= set(commands)
    for name in commands:
        assert isinstance(cli, Commands)
        text = CliRunner().invoke(cli, [name, "--help"]).output
        assert "Example" in text, name


def test_a_folder_that_cannot_be_written(run):
    _, talk = dl4py("export", run / "model.zip", "--to", "npz", "-o", "/nowhere/m.npz", status=1)
    assert talk == (
        "error: cannot write `/nowhere/m.npz`: No such file or directory\n   = hint: make the folder `/nowhere` first\n"
    )


def test_no_color_and_completion(run):
    done = subprocess.run(
        [sys.executable, "-c", "from dl4py.cli.main import main; main()"],
        env={"PATH": "/usr/bin:/bin", "_DL4PY_COMPLETE": "bash_source", "HOME": "/tmp"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "complete" in done.stdout
