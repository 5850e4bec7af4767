import numpy as np
import pytest
from sparknets import MLP, batches, classes, network

pytest.importorskip("pyspark")

from dl4py.spark.masters.iterative_reduce import IterativeReduce


@pytest.mark.parametrize(
    ("batches", "workers", "steps", "round"), [(10, 2, 1, 5), (11, 2, 1, 6), (10, 2, 3, 2), (1, 4, 1, 1)]
)
def test_a_superstep_is_a_worker_s_whole_split(batches, workers, steps, round):
    assert IterativeReduce(supersteps=steps).batches_per_round(batches, workers) == round


@pytest.mark.spark
def test_supersteps_are_means_weighted_by_examples(spark):
    x, y = classes(50)
    net = network(MLP % "sgd")
    IterativeReduce(workers=2).fit(spark.sparkContext, net, batches(x, y, 8, shuffle=False), 2)
    replay = network(MLP % "sgd")
    params = replay.params.astype(float)
    for _ in range(2):
        ends = []
        for start, stop in ((0, 32), (32, 50)):  # seven batches: four and three
            replay.params[:] = params
            for i in range(start, stop, 8):
                replay.fit(x[i : min(i + 8, stop)], y[i : min(i + 8, stop)])
            ends.append(replay.params.astype(float))
        params = (32 * ends[0] + 18 * ends[1]) / 50
    np.testing.assert_allclose(net.params, params, atol=1e-6)
    assert (net.iteration, net.epoch) == (8, 2)
