import json
import os
import subprocess
import sys
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


@pytest.mark.spark
def test_one_worker_equals_training_alone(tmp_path):
    run(tmp_path, "spark-train", "spec.yaml", "--master", "local[2]", "--set", "spark.master.workers=1", "-o", "spark")
    run(tmp_path, "train", "spec.yaml", "--threads", "1", "-o", "alone")
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
