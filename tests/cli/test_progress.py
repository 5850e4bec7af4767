from types import SimpleNamespace

import pytest

from dl4py.cli import console
from dl4py.cli.progress import Progress


@pytest.fixture(autouse=True)
def loud(monkeypatch):
    monkeypatch.setattr(console, "quiet", False)


def trained(capsys, *, epoch, iteration, steps):
    progress = Progress()
    network = SimpleNamespace(epoch=epoch, iteration=iteration)
    progress.started(network, 2, 3)
    progress.begun -= 2.0  # so that it took two seconds
    for _ in range(steps):
        progress.iteration(network, 0.25, 100)
    progress.ended(network)
    return capsys.readouterr().err


def test_the_end_tells_epochs_iterations_and_the_last_score(capsys):
    said = trained(capsys, epoch=3, iteration=1500, steps=4)
    assert said.startswith("3 epochs, 1,500 iterations in 2.0 s  (")
    assert said.endswith(" examples/s), last score 0.25000\n")


def test_one_is_not_several(capsys):
    assert trained(capsys, epoch=1, iteration=1, steps=1).startswith("1 epoch, 1 iteration in ")


def test_a_finished_run_has_nothing_left(capsys):
    said = trained(capsys, epoch=3, iteration=6, steps=0)
    assert said == "3 epochs, 6 iterations are made already, nothing is left to train\n"


def test_quiet_says_nothing(capsys, monkeypatch):
    monkeypatch.setattr(console, "quiet", True)
    assert trained(capsys, epoch=1, iteration=1, steps=1) == ""


def test_compiling_before_the_first_step_tells_nothing_about_the_others(capsys, monkeypatch):
    now = iter([0.0, 60.0, 66.0])  # a minute of compiling, then a step of 6 s
    monkeypatch.setattr("time.monotonic", lambda: next(now))
    progress = Progress()
    progress.started(SimpleNamespace(epoch=0, iteration=0), 2, 3)
    for _ in range(2):
        progress.iteration(SimpleNamespace(epoch=0, iteration=0), 0.25, 120)
    first, second = capsys.readouterr().err.splitlines()
    assert first == "epoch 1/3  score 0.25000"
    assert second == "epoch 1/3  score 0.25000  20 examples/s  0:24 left"
