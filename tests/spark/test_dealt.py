"""Training on data that executors read equals training on the same data read by the driver, bit by bit."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyspark")

from dl4py.errors import ClusterError, InvalidValue
from dl4py.evaluation.judging import Wanted, judge
from dl4py.spark.fit import fit_run, read_by_executors, read_on, run_on
from dl4py.spec.bind import bind
from dl4py.spec.source import Source

pytestmark = pytest.mark.spark
IRIS = Path(__file__).parents[1] / "data" / "files" / "iris.csv"
SPEC = f"""
network:
  input: 4
  defaults: {{activation: tanh, updater: {{type: adam, learning_rate: 0.05}}}}
  layers: [{{type: dense, n_out: 6}}, {{type: output, n_out: 3}}]
data:
  train: {{type: csv, path: {IRIS}, labels: -1}}
  split: {{test: 0.2, validation: 0.1}}
  normalizer: standardize
training: {{epochs: 2, batch_size: 7}}
spark: {{master: {{type: parameter_averaging, workers: 2, averaging_frequency: 2}}}}
"""


def trained(spark, folder, *overrides):
    """Run and network, with data of the driver or of executors."""
    folder.mkdir()
    spec = bind(Source("<test>", SPEC), overrides)
    data = read_on(spark.sparkContext, spec) if read_by_executors(spec) else None
    run = run_on(spark.sparkContext, folder, spec, data)
    return run, fit_run(spark.sparkContext, run)


@pytest.fixture(scope="module")
def by_driver(spark, tmp_path_factory):
    return trained(spark, tmp_path_factory.mktemp("driver") / "run", "spark.read_by=driver")


@pytest.mark.parametrize(
    "how",
    [
        ("spark.master.transport=spark",),
        ("spark.master.rdd_training_approach=export", "spark.master.transport=direct"),
    ],
    ids=["in-partitions", "exported-for-direct"],
)
def test_executors_give_the_bits_of_the_driver(spark, tmp_path, by_driver, how):
    run, network = trained(spark, tmp_path / "run", "spark.read_by=executors", *how)
    _, other = by_driver
    assert np.array_equal(network.params, other.params)
    assert np.array_equal(network.updater_state, other.updater_state)
    assert (network.iteration, network.epoch, network.labels) == (other.iteration, other.epoch, other.labels)
    run.data.close()


def test_figures_of_the_cluster_are_those_of_one_machine(spark, tmp_path, by_driver):
    run, network = by_driver
    spec = bind(Source("<test>", SPEC), ("spark.read_by=executors",))
    there = run_on(spark.sparkContext, tmp_path, spec, read_on(spark.sparkContext, spec))
    ours, theirs = there.evaluate_all(network, [0])[0], run.evaluate_all(network, [0])[0]
    assert np.array_equal(ours.confusion, theirs.confusion)
    assert ours.loss == theirs.loss
    assert ours.labels == theirs.labels
    there.data.close()


def test_early_stopping_by_a_validation_part_of_the_cluster(spark, tmp_path):
    stop = "training.early_stopping.conditions=[{type: score_improvement, max_epochs_with_no_improvement: 1}]"
    fast = ("training.epochs=8", "network.defaults.updater.learning_rate=0.5", stop)
    run, network = trained(spark, tmp_path / "there", "spark.read_by=executors", "spark.master.workers=1", *fast)
    alone, same = trained(spark, tmp_path / "here", "spark.read_by=driver", "spark.master.workers=1", *fast)
    assert run.stopper.told() == alone.stopper.told()
    assert np.array_equal(network.params, same.params)
    figures = judge(same, alone.data.validation, [Wanted(None, 0)])[0]
    assert figures.loss == run.stopper.told()["best_score"]
    run.data.close()


def test_batches_in_partitions_cannot_be_fetched_by_workers_that_stay(spark, tmp_path):
    with pytest.raises(ClusterError) as caught:
        trained(spark, tmp_path / "run", "spark.read_by=executors", "spark.master.transport=direct")
    assert str(caught.value) == "the workers of transport `direct` cannot fetch batches that lie in an RDD"


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [("hdfs://n/x.csv", "null", True), ("x.csv", "null", False), ("x.csv", "executors", True), ("hdfs://n/x.csv", "driver", False)],
)  # fmt: skip
def test_who_reads(path, key, expected):
    spec = bind(Source("<test>", SPEC), (f"data.train.path={path}", f"spark.read_by={key}"))
    assert read_by_executors(spec) is expected


@pytest.mark.parametrize("master", ["{type: gradient_sharing, workers: 2}", "{type: downpour, workers: 2}"])
def test_masters_whose_workers_stay_train_on_data_of_the_driver(spark, master):
    spec = bind(Source("<test>", SPEC), (f"spark.master={master}", "spark.read_by=executors"))
    with pytest.raises(InvalidValue) as caught:
        read_on(spark.sparkContext, spec)
    assert str(caught.value) == f"`{spec.spark.master.type}` trains on data of the driver"
    assert caught.value.hint == "`read_by: driver`, or the master `parameter_averaging`"
