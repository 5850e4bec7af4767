"""Masks of sequences on their way from files to scores and answers."""

import subprocess
import sys

import numpy as np
import pytest

import dl4py
from dl4py.data.config import DataConfig
from dl4py.data.normalizers.standardize import Standardize
from dl4py.data.readers.csv_sequence import CsvSequence
from dl4py.spec.bind import bind
from dl4py.spec.source import Source
from dl4py.training.config import TrainingConfig

STEPS = """\
network:
  input: {type: recurrent, size: 2}
  layers:
    - {type: simple_rnn, n_out: 4, activation: tanh}
    - {type: rnn_output, n_out: 2, activation: softmax, loss: mcxent}
"""
WHOLE = """\
network:
  input: {type: recurrent, size: 2}
  layers:
    - {type: simple_rnn, n_out: 4, activation: tanh}
    - {type: global_pooling, pooling_type: avg}
    - {type: output, n_out: 2, activation: softmax, loss: mcxent}
"""
LENGTHS = (5, 2, 3, 5)


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    (tmp_path / "x").mkdir()
    for i, steps in enumerate(LENGTHS):
        rows = [f"{a:.4f},{b:.4f},{int(a > b)}" for a, b in random.normal(3, 2, (steps, 2))]
        (tmp_path / "x" / f"{i}.csv").write_text("\n".join(rows) + "\n")
    return tmp_path / "x"


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "dl4py", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def network(text):
    return dl4py.Network(bind(Source("spec.yaml", text)).network)


def test_what_is_masked_changes_nothing(folder):
    data = CsvSequence(path=str(folder), labels=2, align="start").load()
    net = network(STEPS)
    batch = data.batch(slice(None))
    together = net.output(batch.features[0], mask=batch.feature_masks[0])
    scores, right = [], 0
    for i, steps in enumerate(LENGTHS):
        x, y = batch.features[0][i : i + 1, :, :steps], batch.labels[0][i : i + 1, :, :steps]
        alone = net.output(x)
        assert np.allclose(together[i, :, :steps], alone[0], atol=1e-6)
        scores.append(net.score(x, y))
        right += int((alone.argmax(axis=1) == y.argmax(axis=1)).sum())
        assert dl4py.predict(net, x).tolist() == alone.argmax(axis=1).tolist()
    figures = dl4py.evaluate(net, data, batch_size=3)
    assert figures.accuracy == pytest.approx(right / sum(LENGTHS))
    assert figures.loss == pytest.approx(np.mean(scores), rel=1e-5)
    classes = dl4py.predict(net, batch.features[0], mask=batch.feature_masks[0])
    assert classes.shape == (4, 5)


def test_training_sees_masks(folder):
    """A step on padded sequences is the step on the sequences alone, their gradients added."""
    data = DataConfig(train=CsvSequence(path=str(folder), labels=2, align="start"), shuffle=False)
    batch = data.open().train.batch(slice(None))
    net = network(STEPS)
    gradient = sum(
        net.gradient(batch.features[0][i : i + 1, :, :steps], batch.labels[0][i : i + 1, :, :steps])
        for i, steps in enumerate(LENGTHS)
    )
    found = net.gradient(batch.features[0], batch.labels[0], batch.feature_masks[0], batch.label_masks[0])
    assert np.allclose(found, gradient, atol=1e-5)
    by_hand, by_fit = network(STEPS), network(STEPS)
    score = by_hand.fit(batch.features[0], batch.labels[0], batch.feature_masks[0], batch.label_masks[0])
    assert dl4py.fit(by_fit, data, TrainingConfig(epochs=1, batch_size=4)) == score
    assert np.array_equal(by_fit.params, by_hand.params)


def test_one_answer_for_a_sequence(folder, tmp_path):
    (tmp_path / "y").mkdir()
    for i in range(4):
        (tmp_path / "y" / f"{i}.csv").write_text(f"{i % 2}\n")
    reader = CsvSequence(
        path=str(folder), features=(0, 1), labels_path=str(tmp_path / "y"), label_per="sequence", align="start"
    )
    net = network(WHOLE)
    dl4py.fit(net, DataConfig(train=reader, normalizer=Standardize()), TrainingConfig(epochs=2, batch_size=2))
    data = reader.load().normalized(net.normalizer)
    alone = [net.output(data.features[0][i : i + 1, :, :steps])[0] for i, steps in enumerate(LENGTHS)]
    net.save(tmp_path / "net.zip")
    (tmp_path / "z").mkdir()
    for path in folder.iterdir():
        text = "".join(line.rpartition(",")[0] + "\n" for line in path.read_text().splitlines())
        (tmp_path / "z" / path.name).write_text(text)
    done = command("predict", tmp_path / "net.zip", tmp_path / "z")
    assert done.returncode == 0, done.stderr
    lines = [line.split(",") for line in done.stdout.splitlines()]
    assert lines[0][:2] == ["file", "class"]
    assert [line[0] for line in lines[1:]] == [str(tmp_path / "z" / f"{i}.csv") for i in range(4)]
    assert np.allclose(np.array([line[2:] for line in lines[1:]], float), alone, atol=1e-5)


def test_ragged_sequences_leave_with_status_5(folder, tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text(STEPS + "data:\n  train: {type: csv_sequence, path: x, labels: 2}\n")
    done = command("train", spec)
    assert done.returncode == 5
    assert done.stderr.replace(f"{tmp_path}/", "") == (
        "spec.yaml:7:10: x/1.csv has 2 steps, x/0.csv has 5\n"
        "  |\n"
        "7 |   train: {type: csv_sequence, path: x, labels: 2}\n"
        "  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "   = hint: `align: start` or `align: end` takes sequences of unequal length and masks what is empty\n"
    )
