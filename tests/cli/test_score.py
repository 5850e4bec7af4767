import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import dl4py
from dl4py.cli.commands.featurize import command as featurize
from dl4py.cli.commands.score import command as score
from dl4py.errors import InvalidValue

ROOT = Path(__file__).parents[2]
CSV = ROOT / "specs" / "data" / "iris.csv"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "m.zip"
    network = dl4py.load(ROOT / "specs" / "iris_mlp.yaml")
    dl4py.fit(network, network.data, network.training.but(epochs=2))
    network.save(path)
    return path


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    path = tmp_path_factory.mktemp("features") / "x.csv"
    np.savetxt(path, np.loadtxt(CSV, delimiter=",")[:, :4], delimiter=",")
    return path


def test_the_mean_and_the_score_of_every_example(model, tmp_path):
    out = tmp_path / "scores.csv"
    done = CliRunner().invoke(score, [str(model), "--data", str(CSV), "-o", str(out), "--json"])
    told = json.loads(done.output)
    lines = out.read_text().splitlines()
    assert lines[0] == "score"
    found = np.array(lines[1:], float)
    x = np.loadtxt(CSV, delimiter=",", dtype=np.float32)
    network = dl4py.load(model)
    fed = network.normalizer.apply(x[:, :4])
    expected = network.score(fed, np.eye(3, dtype=np.float32)[x[:, 4].astype(int)], training=False)
    assert told["examples"] == len(found) == 150
    assert told["score"] == pytest.approx(expected, rel=1e-6)
    assert found.mean() == pytest.approx(expected, rel=1e-6)


def test_the_text_names_the_number_of_examples(model):
    line = CliRunner().invoke(score, [str(model), "--data", str(CSV), "--no-penalties"]).output
    assert line.startswith("score: ")
    assert line.endswith(" of 150 examples\n")


def test_activations_of_a_layer(model, features):
    network = dl4py.load(model)
    name = network.graph.nodes[0].name
    done = CliRunner().invoke(featurize, [str(model), str(features), "--layer", name])
    found = np.array([line.split(",") for line in done.output.splitlines()[1:]], float)
    x = np.loadtxt(CSV, delimiter=",", dtype=np.float32)[:, :4]
    np.testing.assert_allclose(found, network.activations(network.normalizer.apply(x))[name], rtol=1e-5, atol=1e-6)


def test_an_unknown_layer(model, features):
    error = CliRunner().invoke(featurize, [str(model), str(features), "--layer", "conv"]).exception
    assert type(error) is InvalidValue
    assert str(error) == "the network has no layer or vertex `conv`"


def test_parquet_needs_spark(model, features):
    name = dl4py.load(model).graph.nodes[0].name
    done = CliRunner().invoke(featurize, [str(model), str(features), "--layer", name, "--to", "parquet"])
    assert done.exit_code == 2
    assert "Parquet is read and written on Spark: give --master, for example local[2]." in done.output
