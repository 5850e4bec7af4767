"""Runs, resumption and signals, as processes: a kill at any moment leaves no model or a whole one."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import dl4py
from dl4py.spec.bind import bind
from dl4py.training.folder import CHECKPOINT, METRICS, MODEL
from dl4py.training.run import Run

IRIS = Path(__file__).parents[1] / "data" / "files" / "iris.csv"
SPEC = f"""
network:
  input: 4
  defaults: {{activation: tanh, dropout: 0.8, updater: {{type: adam, learning_rate: {{type: exponential, initial_value: 0.01, gamma: 0.999}}}}}}
  layers: [{{type: dense, n_out: 6}}, {{type: batch_normalization}}, {{type: output, n_out: 3}}]
data:
  train: {{type: csv, path: {IRIS}, labels: -1}}
  split: {{test: 0.2}}
  normalizer: standardize
training: {{epochs: 6, batch_size: 16, checkpoint_seconds: 0, log_every: 1}}
"""


def start(*arguments, folder):
    return subprocess.Popen(
        [sys.executable, "-m", "dl4py", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def scores(folder):
    lines = [json.loads(line) for line in (folder / METRICS).read_text().splitlines()]
    return [(line["iteration"], line["score"]) for line in lines]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole")
    run = Run(folder, bind(SPEC))
    run.train()
    return folder


def test_a_run_folder_holds_spec_metrics_and_model(whole):
    assert sorted(p.name for p in whole.iterdir()) == ["metrics.jsonl", "model.zip", "spec.yaml"]
    assert [i for i, _ in scores(whole)] == list(range(48))
    network = dl4py.load(whole / MODEL)
    assert (network.iteration, network.epoch) == (48, 6)
    assert network.normalizer is not None
    assert Run.resume(whole).evaluate(network).accuracy > 0.5


def test_a_run_finds_its_data_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(IRIS.parent)
    run = Run(tmp_path, bind(SPEC, ["data.train.path=iris.csv", "training.epochs=1"]))
    run.train()
    monkeypatch.chdir(tmp_path)
    again = Run.resume(tmp_path).data.train
    assert np.array_equal(again.features[0], run.data.train.features[0])


@pytest.mark.parametrize("stop", [1, 8, 9, 23, 47])
def test_resuming_is_equal_bit_for_bit(whole, tmp_path, stop):
    from dl4py.errors import Interrupted
    from dl4py.training.loop import Listener

    class Stopper(Listener):
        def iteration(self, network, score, examples):
            if network.iteration == stop:
                os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Interrupted) as error:
        Run(tmp_path, bind(SPEC)).train([Stopper()])
    assert error.value.status == 143
    assert error.value.hint == f"go on with `dl4py train --resume {tmp_path}`"
    assert (tmp_path / CHECKPOINT).exists()
    assert not (tmp_path / MODEL).exists()
    Run.resume(tmp_path).train()
    ours, theirs = dl4py.load(tmp_path / MODEL), dl4py.load(whole / MODEL)
    assert np.array_equal(ours.params, theirs.params)
    assert np.array_equal(ours.updater_state, theirs.updater_state)
    assert scores(tmp_path) == scores(whole)
    assert not (tmp_path / CHECKPOINT).exists()


@pytest.mark.slow
def test_kill_9_at_any_moment(whole, tmp_path):
    (tmp_path / "spec.yaml").write_text(SPEC)
    for i in range(12):
        folder = tmp_path / f"run{i}"
        process = start("train", "spec.yaml", "-o", str(folder), folder=tmp_path)
        time.sleep(0.6 + 0.12 * i)
        process.kill()
        process.communicate()
        for name in (MODEL, CHECKPOINT):
            if (folder / name).exists():
                dl4py.load(folder / name)
        if not (folder / "spec.yaml").exists():
            continue
        done = start("train", "--resume", str(folder), folder=tmp_path)
        _, talk = done.communicate()
        assert done.returncode == 0, talk
        assert np.array_equal(dl4py.load(folder / MODEL).params, dl4py.load(whole / MODEL).params)


def test_control_c_writes_a_checkpoint_and_says_how_to_go_on(tmp_path):
    (tmp_path / "spec.yaml").write_text(SPEC.replace("epochs: 6", "epochs: 1000000"))
    process = start("train", "spec.yaml", "-o", "run", folder=tmp_path)
    for _ in range(200):
        time.sleep(0.1)
        if (tmp_path / "run" / METRICS).exists() and (tmp_path / "run" / METRICS).stat().st_size:
            break
    process.send_signal(signal.SIGINT)
    _, talk = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "stopped after iteration" in talk
    assert "= hint: go on with `dl4py train --resume run`" in talk
    assert "Traceback" not in talk
    assert dl4py.load(tmp_path / "run" / CHECKPOINT).iteration > 0


def test_a_score_that_is_not_finite_fails_with_status_6(tmp_path):
    from dl4py.errors import TrainingError

    spec = SPEC.replace(
        "type: adam, learning_rate: {type: exponential, initial_value: 0.01, gamma: 0.999}",
        "type: sgd, learning_rate: 1e30",
    )
    spec = spec.replace("activation: tanh", "activation: cube")
    with pytest.raises(TrainingError) as error:
        Run(tmp_path, bind(spec)).train()
    assert str(error.value).startswith("the score is")
    assert error.value.status == 6
    assert not (tmp_path / MODEL).exists()
