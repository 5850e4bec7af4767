"""A profile: parts that sum to the whole, phases from the calls themselves, the same training."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from dl4py.cli.main import cli
from dl4py.spec.bind import bind
from dl4py.training.loop import Listener
from dl4py.training.profile import EVERY, Profile, Watched
from dl4py.training.run import Run

IRIS = Path(__file__).parents[2] / "specs" / "data" / "iris.csv"
SPEC = f"""
network:
  input: 4
  defaults: {{updater: adam, l2: 0.01}}
  layers: [{{type: dense, n_out: 6}}, {{type: output, n_out: 3}}]
data: {{train: {{type: iris, path: {IRIS}}}, split: {{test: 30}}, normalizer: standardize}}
training: {{epochs: 9, batch_size: 40}}
"""


class Sleeper(Listener):
    def iteration(self, network, score, examples):
        time.sleep(0.002)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    profile = Profile()
    network = Run(tmp_path_factory.mktemp("run"), bind(SPEC)).train([Sleeper()], profile)
    profile.end()
    return network, profile


def test_parts_sum_to_the_whole(trained):
    _, profile = trained
    assert sum(profile.tree().values()) == pytest.approx(profile.total)
    assert profile.parts["listener sleeper"] >= 27 * 0.002


def test_phases_layers_and_kernels(trained):
    network, profile = trained
    (seen,) = profile.plans.values()
    assert (seen.runs, seen.timed) == (27, len(range(1, 27, EVERY)))
    paths = [path for path in profile.tree() if len(path) == 3]
    assert {path[:2] for path in paths} >= {
        (phase, layer) for phase in ("forward", "backward") for layer in ("layer0", "layer1")
    }
    assert {path[2] for path in paths if path[0] == "update"} >= {"adam"}
    assert not [path for path in paths if path[0] != "update" and path[2] == "adam"]
    in_plans = sum(seconds for path, seconds in profile.tree().items() if len(path) == 3)
    assert in_plans == pytest.approx(profile.steps)


def test_what_watching_costs():
    seen = Watched([], runs=20, seconds=20 * 3.0 + 2 * 1.5, timed=2, in_timed=2 * 4.5)
    assert seen.excess == pytest.approx(3.0)
    assert Watched([], runs=5, seconds=5.0).excess == 0.0
    profile = Profile(plans={None: seen}, parts={"watching": 0.5})
    assert profile.cost == pytest.approx(3.5)


def test_the_training_is_the_same(trained, tmp_path):
    plain = Run(tmp_path, bind(SPEC)).train()
    assert np.array_equal(plain.params, trained[0].params)
    assert trained[0].watch is plain.watch  # nobody looks on


def test_the_command_shows_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.yaml").write_text(SPEC)
    done = CliRunner().invoke(cli, ["train", "spec.yaml", "--profile"])
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith("profile: ")
    assert ", 27 steps of " in lines[0]
    assert lines[1].startswith("data: ")
    assert {"compile", "evaluation", "read data"} & {line.split("|  ")[-1] for line in lines}
    as_json = CliRunner().invoke(cli, ["train", "spec.yaml", "--profile", "--json"])
    assert json.loads(as_json.stdout)["iteration"] == 27
    assert "profile: " in as_json.stderr


def test_it_looks_at_one_process():
    done = CliRunner().invoke(cli, ["train", "spec.yaml", "--profile", "--workers", "2"])
    assert done.exit_code == 2
    assert "Error: --profile looks at one process: leave --workers out.\n" in done.output
