"""Figures, answers, scores and activations on two executors equal those of one machine."""

from functools import partial

import numpy as np
import pytest

pytest.importorskip("pyspark")
from sparknets import MLP, classes, network

from dl4py.cli import answers, predictions
from dl4py.cli.cluster import answered, layer_of, score_of, summed, write
from dl4py.data.dataset import Dataset
from dl4py.errors import DataError
from dl4py.evaluation.base import EVALUATIONS
from dl4py.evaluation.judging import Wanted, judge
from dl4py.evaluation.scoring import scores_of
from dl4py.spark.data import from_rdd
from dl4py.spark.inference import blocks_of, evaluate, gathered, outputs
from dl4py.spark.inference import judge as judge_on
from dl4py.spark.reading.features import features_on

pytestmark = pytest.mark.spark
REGRESSION = (
    "{seed: 7, input: 5, layers: [{type: dense, n_out: 4}, {type: output, n_out: 2, activation: identity, loss: mse}]}"
)


def test_figures_add_up(cluster):
    context = cluster.sparkContext
    x, y = classes(3500)
    net, data = network(MLP % "adam"), Dataset.from_arrays(x, y)
    wanted = [
        Wanted(EVALUATIONS.make(name, **keys), 0)
        for name, keys in (("classification", {"top_n": 2}), ("roc", {}), ("roc", {"steps": 20}), ("calibration", {}))
    ]
    ours, theirs = judge_on(context, net, data, wanted), judge(net, data, wanted)
    for own, other in zip(ours, theirs, strict=True):
        assert own.as_dict() == other.as_dict()
        assert own.loss == other.loss
    assert ours[0].total == 3500


def test_figures_of_a_regression_add_up(cluster):
    x, _ = classes(2600)
    net, data = network(REGRESSION), Dataset.from_arrays(x, x[:, :2] ** 2)
    own, other = evaluate(cluster.sparkContext, net, data), judge(net, data, [Wanted(None, 0)])[0]
    assert own.count == other.count == 2600
    for name in ("mse", "mae", "correlation", "r_squared"):
        np.testing.assert_allclose(getattr(own, name), getattr(other, name), rtol=1e-12)


def test_an_rdd_is_judged_and_answered_where_it_lies(cluster):
    context = cluster.sparkContext
    x, y = classes(90)
    net = network(MLP % "adam")
    blocks = from_rdd(context.parallelize([(x[i], y[i]) for i in range(90)], 3))
    own, other = evaluate(context, net, blocks), judge(net, Dataset.from_arrays(x, y), [Wanted(None, 0)])[0]
    assert np.array_equal(own.confusion, other.confusion)
    assert own.loss == pytest.approx(other.loss, rel=1e-6)
    found = sorted(gathered(outputs(context, net, blocks)), key=lambda item: item[0])
    np.testing.assert_allclose(np.concatenate([arrays[0] for _, arrays in found]), net.output(x), atol=1e-6)


def test_predictions_scores_and_activations_are_written_in_order(cluster, tmp_path):
    from pyspark.sql import SparkSession

    context, net = cluster.sparkContext, network(MLP % "adam")
    x, y = classes(40)
    for k in range(2):
        np.savetxt(
            tmp_path / f"part-{k}.csv",
            x[20 * k : 20 * k + 20],
            fmt="%.9g",
            delimiter=",",
            header="a,b,c,d,e",
            comments="",
        )
    data = Dataset.from_arrays(x, y)
    part = features_on(context, net, str(tmp_path), None, None)
    found = answered(context, net, part.blocks(context, 7), predictions.answers_of)
    write(context, found, str(tmp_path / "csv"), "csv")
    lines = [file.read_text().splitlines() for file in sorted((tmp_path / "csv").glob("part-*"))]
    alone = answers.csv_of(predictions.compute(net, data, 7), (), False)
    assert {own[0] + "\n" for own in lines if own} == {alone[0]}
    assert "".join(line + "\n" for own in lines for line in own[1:]) == alone[1]

    write(context, found, str(tmp_path / "table"), "parquet")
    rows = SparkSession.builder.getOrCreate().read.parquet(str(tmp_path / "table")).orderBy("example").collect()
    assert [row["example"] for row in rows] == list(range(40))
    assert [row["class"] for row in rows] == [str(i) for i in net.predict(x)]
    np.testing.assert_allclose([row[2] for row in rows], net.output(x), atol=1e-6)

    scored = answered(context, net, blocks_of(context, data, 16), partial(score_of, True))
    write(context, scored, str(tmp_path / "scores"), "parquet")
    rows = SparkSession.builder.getOrCreate().read.parquet(str(tmp_path / "scores")).orderBy("example").collect()
    assert np.array_equal([row["score"] for row in rows], scores_of(net, data.batch(slice(None))))
    total = [summed(item) for item in scored.collect()]
    assert sum(count for _, count in total) == 40

    name = net.graph.nodes[0].name
    made = answered(context, net, part.blocks(context, 40), partial(layer_of, name)).collect()
    np.testing.assert_allclose(made[0][1][0].y, net.activations(x)[name], atol=1e-6)
    with pytest.raises(DataError) as caught:
        write(context, found, str(tmp_path / "csv"), "csv")
    assert str(caught.value) == f"{tmp_path / 'csv'} exists already"


def test_labels_are_missed_on_the_executor_and_told_by_the_driver(cluster):
    context, net = cluster.sparkContext, network(MLP % "adam")
    scored = answered(context, net, blocks_of(context, Dataset.from_arrays(classes(9)[0])), partial(score_of, True))
    with pytest.raises(DataError) as caught:
        gathered(scored.map(summed))
    assert str(caught.value) == "the data has no labels to compare with"
