import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import dl4py

pyspark = pytest.importorskip("pyspark")
IRIS = Path(__file__).parents[1] / "data" / "files" / "iris.csv"
SPEC = f"""
network:
  input: 4
  defaults: {{activation: tanh, updater: {{type: adam, learning_rate: 0.01}}}}
  layers: [{{type: dense, n_out: 6}}, {{type: output, n_out: 3}}]
data:
  train: {{type: csv, path: {IRIS}, labels: -1}}
  split: {{test: 0.2}}
  normalizer: standardize
training: {{epochs: 10, batch_size: 8}}
"""


def run(tmp_path, *arguments, program=(sys.executable, "-m", "dl4py")):
    (tmp_path / "spec.yaml").write_text(SPEC)
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    done = subprocess.run(
        [*program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


DROPPING = ("--set", "training.batch_size=7", "--set", "training.drop_last=true")


@pytest.mark.spark
@pytest.mark.parametrize("keys", [(), DROPPING, (*DROPPING, "--set", "spark.read_by=executors")], ids=len)
def test_one_worker_equals_training_alone(tmp_path, keys):
    words = ("--master", "local[2]", "--set", "spark.master.workers=1", "-o", "spark")
    run(tmp_path, "spark-train", "spec.yaml", *words, *keys)
    run(tmp_path, "train", "spec.yaml", "--threads", "1", "-o", "alone", *keys[:4])
    spark, alone = (dl4py.load(tmp_path / name / "model.zip") for name in ("spark", "alone"))
    assert np.array_equal(spark.params, alone.params)
    assert np.array_equal(spark.updater_state, alone.updater_state)
    assert (spark.iteration, spark.epoch) == (alone.iteration, alone.epoch)


@pytest.mark.spark
def test_a_cluster_of_two_through_spark_submit(tmp_path):
    entry = subprocess.run(
        [sys.executable, "-m", "dl4py", "spark-entry"], capture_output=True, text=True, check=True
    ).stdout.strip()
    submit = str(Path(pyspark.__file__).parent / "bin" / "spark-submit")
    out = run(
        tmp_path, "--master", "local-cluster[2,1,1024]", entry, "spark-train", "spec.yaml", "--json",
        "--set", "training.epochs=20", "-o", "cluster", program=(submit,),
    )  # fmt: skip
    answer = json.loads(out.strip().splitlines()[-1])
    assert answer["test"]["accuracy"] > 0.7


@pytest.mark.spark
def test_a_missing_cluster_is_named(tmp_path):
    (tmp_path / "spec.yaml").write_text(SPEC)
    done = subprocess.run(
        [sys.executable, "-m", "dl4py", "spark-train", "spec.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 7
    assert "error: no cluster is named" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.spark
def test_a_run_that_was_stopped_goes_on_from_its_last_round(tmp_path):
    how = ["--master", "local[2]", "--set", "training.epochs=40", "--set", "training.checkpoint_seconds=0"]
    how += ["--set", "spark.master.transport=direct", "--set", "spark.master.collect_training_stats=true"]
    run(tmp_path, "spark-train", "spec.yaml", *how, "-o", "whole")
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    words = [sys.executable, "-m", "dl4py", "spark-train", "spec.yaml", *how, "-o", "cut"]
    process = subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=environment)
    end = time.monotonic() + 240
    while not (tmp_path / "cut" / "checkpoint.zip").exists():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    process.kill()  # not a signal that could be caught
    process.communicate()
    run(tmp_path, "spark-train", "--resume", "cut", "--master", "local[2]")
    whole, cut = (dl4py.load(tmp_path / name / "model.zip") for name in ("whole", "cut"))
    assert np.array_equal(whole.params, cut.params)
    assert np.array_equal(whole.updater_state, cut.updater_state)
    assert (whole.iteration, whole.epoch) == (cut.iteration, cut.epoch) == (40 * 8, 40)
    phases = json.loads((tmp_path / "whole" / "spark-stats.json").read_text())
    assert len(phases["ParameterAveragingWorkerFitTimesMs"]) == 40 * 15
    assert not (tmp_path / "cut" / "checkpoint.zip").exists()


def test_costs_are_told_without_spark(tmp_path):
    answer = json.loads(run(tmp_path, "spark-train", "spec.yaml", "--plan", "--json"))
    assert answer["parameters"] == 4 * 6 + 6 + 6 * 3 + 3
    assert [cost["workers"] for cost in answer["costs"]] == [1, 2, 4, 8, 16, 32, 64]
    table = run(tmp_path, "spark-train", "spec.yaml", "--plan")
    assert table.splitlines()[-1] == "use local: `dl4py train` is as fast or faster"
    made = run(tmp_path, "spark-train", "spec.yaml", "--simulate", "workers=4", "--json")
    assert json.loads(made)["workers"] == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("network.input=5", "the input `input` takes arrays of batch x 5, found 8 x 4"),
        ("training.pretrain_epochs=1", "layers are pretrained on one machine"),
    ],
)
def test_what_cannot_be_trained_is_told_before_a_cluster_is_asked(tmp_path, change, said):
    (tmp_path / "spec.yaml").write_text(SPEC)
    words = [
        sys.executable,
        "-m",
        "dl4py",
        "spark-train",
        "spec.yaml",
        "--master",
        "spark://nowhere:1",
        "--set",
        change,
    ]
    done = subprocess.run([*words, "-o", "run"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert said in done.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("way", [("--plan",), ("--simulate", "workers=2")], ids=lambda way: way[0])
def test_plans_and_simulations_refuse_what_a_training_refuses(tmp_path, way):
    (tmp_path / "spec.yaml").write_text(SPEC)
    words = [sys.executable, "-m", "dl4py", "spark-train", "spec.yaml", *way, "--set", "training.pretrain_epochs=1"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "layers are pretrained on one machine" in done.stderr
    assert not (tmp_path / "run").exists()
