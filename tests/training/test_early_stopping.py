"""Early stopping of a run, against the same run without it, judged epoch by epoch."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import dl4py
from dl4py.errors import InvalidValue
from dl4py.evaluation.judging import evaluate
from dl4py.spec.bind import bind
from dl4py.spec.source import Source
from dl4py.training.loop import Listener
from dl4py.training.run import Run

IRIS = Path(__file__).parents[1] / "data" / "files" / "iris.csv"
SPEC = f"""
network:
  seed: 5
  input: 4
  defaults: {{activation: tanh, updater: {{type: adam, learning_rate: 0.3}}}}
  layers: [{{type: dense, n_out: 8}}, {{type: output, n_out: 3}}]
data:
  train: {{type: csv, path: {IRIS}, labels: -1}}
  split: {{validation: 0.3}}
  normalizer: standardize
training: {{epochs: 12, batch_size: 16, checkpoint_seconds: 0}}
"""


def run(folder, *overrides):
    folder.mkdir(exist_ok=True)
    return Run(folder, bind(Source("<test>", SPEC), overrides))


class Losses(Listener):
    def __init__(self, data):
        self.data, self.found, self.params = data, [], []

    def epoch(self, network):
        self.found.append(evaluate(network, self.data.validation).loss)
        self.params.append(network.params.copy())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Losses and parameters of all epochs without early stopping."""
    alone = run(tmp_path_factory.mktemp("whole"))
    losses = Losses(alone.data)
    alone.train([losses])
    return losses


def patience(losses, wait):
    """The last epoch by the paper's rule, in plain words: so many epochs without a new best."""
    best = 0
    for epoch, loss in enumerate(losses):
        best = epoch if loss < losses[best] else best
        if epoch >= best + wait:
            return epoch
    return len(losses) - 1


def test_the_model_is_that_of_the_best_epoch(whole, tmp_path):
    stopped = run(
        tmp_path,
        "training.early_stopping.conditions=[{type: score_improvement, max_epochs_with_no_improvement: 2}]",
        "training.early_stopping.save_last_model=true",
    )
    network = stopped.train()
    last = patience(whole.found, 2)
    assert last < 11
    best = int(np.argmin(whole.found[: last + 1]))
    assert np.array_equal(network.params, whole.params[best])
    assert np.array_equal(dl4py.load(tmp_path / "model.zip").params, whole.params[best])
    assert np.array_equal(dl4py.load(tmp_path / "last.zip").params, whole.params[last])
    told = json.loads((tmp_path / "early_stopping.json").read_text())
    assert told["scores"] == {str(e): loss for e, loss in enumerate(whole.found[: last + 1])}
    assert stopped.stopper.told() == {
        "reason": f"score_improvement after epoch {last}", "best_epoch": best, "score": "loss",
        "best_score": whole.found[best],
    }  # fmt: skip
    assert not (tmp_path / "best.zip").exists()


def test_without_conditions_all_epochs_are_trained_and_the_best_is_kept(whole, tmp_path):
    watched = run(tmp_path, "training.early_stopping={}")
    network = watched.train()
    assert np.array_equal(network.params, whole.params[int(np.argmin(whole.found))])
    assert watched.stopper.reason == "all epochs"


def test_judged_every_third_epoch(whole, tmp_path):
    watched = run(tmp_path, "training.early_stopping.evaluate_every_n_epochs=3")
    watched.train()
    assert watched.stopper.scores == {e: whole.found[e] for e in (0, 3, 6, 9)}


def test_an_accuracy_ends_training_when_it_is_reached(tmp_path):
    watched = run(
        tmp_path, "training.early_stopping.score=accuracy",
        "training.early_stopping.conditions=[{type: best_score, best_expected_score: 0.8}]",
    )  # fmt: skip
    network = watched.train()
    assert evaluate(network, watched.data.validation).accuracy > 0.8
    assert list(watched.stopper.scores.values())[-1] > 0.8
    assert all(score <= 0.8 for score in list(watched.stopper.scores.values())[:-1])


def test_a_step_may_end_it_within_an_epoch(tmp_path):
    watched = run(tmp_path, "training.early_stopping.conditions=[{type: max_score, max_score: 0.0}]")
    network = watched.train()
    assert (network.iteration, network.epoch) == (1, 0)
    assert watched.stopper.text() == (
        "early stopping: max_score after iteration 0; no epoch was judged, the last network is kept"
    )


class Breaks(Listener):
    def epoch(self, network):
        if network.epoch == 3:
            raise KeyboardInterrupt


def test_a_resumed_run_stops_where_the_whole_one_does(whole, tmp_path):
    overrides = ("training.early_stopping.conditions=[{type: score_improvement, max_epochs_with_no_improvement: 2}]",)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, *overrides).train([Breaks()])
    again = Run.resume(tmp_path)
    network = again.train()
    last = patience(whole.found, 2)
    assert np.array_equal(network.params, whole.params[int(np.argmin(whole.found[: last + 1]))])
    shutil.copy(tmp_path / "model.zip", tmp_path / "copy.zip")
    done = Run.resume(tmp_path)
    assert np.array_equal(done.train().params, network.params)
    assert done.stopper.reason == f"score_improvement after epoch {last}"


def test_it_needs_a_validation_part(tmp_path):
    with pytest.raises(InvalidValue) as caught:
        run(tmp_path, "training.early_stopping={}", "data.split={test: 0.1}")
    assert str(caught.value) == "early stopping judges the validation part, and there is none"


def test_a_figure_that_the_evaluation_lacks(tmp_path):
    with pytest.raises(InvalidValue) as caught:
        run(tmp_path, "training.early_stopping.score=mse").train()
    assert str(caught.value) == "the validation part has no figure `mse`"
