"""dl4py evaluate as a user runs it; the figures themselves are tested in tests/evaluation."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import dl4py
from dl4py.cli.commands.evaluate import command
from dl4py.data.dataset import Dataset
from dl4py.errors import QualityError
from dl4py.evaluation.roc import Roc

ROOT = Path(__file__).parents[2]
CSV = ROOT / "specs" / "data" / "iris.csv"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "m.zip"
    network = dl4py.load(ROOT / "specs" / "iris_mlp.yaml")
    dl4py.fit(network, network.data, network.training.but(epochs=60))
    network.save(path)
    return path


def run(model, *arguments):
    return CliRunner().invoke(command, [str(model), "--data", str(CSV), *arguments])


def test_metrics_are_printed_one_after_the_other(model):
    done = run(model, "--metric", "roc", "--metric", "calibration", "--json")
    roc, calibration = map(json.loads, done.output.splitlines())
    assert roc["metric"] == "roc"
    assert calibration["metric"] == "calibration"
    assert roc["loss"] == calibration["loss"]
    x = np.loadtxt(CSV, delimiter=",", dtype=np.float32)
    network = dl4py.load(model)
    y = np.eye(3, dtype=np.float32)[x[:, 4].astype(int)]
    by_hand = dl4py.evaluate(network, (x[:, :4], y), judgement=Roc())
    assert roc["auc"] == by_hand.auc
    assert calibration["examples"] == 150


def test_text_ends_with_the_loss(model):
    lines = run(model, "--metric", "{type: roc, steps: 10}").output.splitlines()
    assert lines[0].startswith("Label ")
    assert lines[-1].startswith("loss: 0.")


def test_gates_look_at_every_metric(model):
    assert run(model, "--metric", "roc", "--min", "auc=0.5", "--max", "loss=2").exit_code == 0
    error = run(model, "--metric", "roc", "--metric", "classification", "--min", "accuracy=1.5").exception
    assert type(error) is QualityError
    assert str(error).endswith("below the gate 1.5")


def test_a_label_mask_leaves_examples_out():
    network = dl4py.load(ROOT / "specs" / "iris_mlp.yaml")
    x = np.random.default_rng(1).normal(size=(6, 4)).astype(np.float32)
    y = np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1, 2]]
    mask = np.array([1, 1, 0, 1, 0, 1], np.float32)[:, None]
    masked = dl4py.evaluate(network, Dataset((x,), (y,), label_masks=(mask,)))
    kept = mask[:, 0] > 0
    alone = dl4py.evaluate(network, (x[kept], y[kept]))
    assert masked.confusion.tolist() == alone.confusion.tolist()
