import numpy as np
import pytest

pytest.importorskip("pyspark")
from sparknets import MLP, batches, classes, network

from dl4py.errors import ClusterError, TrainingError
from dl4py.spark.masters.gradient_sharing import GradientSharing
from dl4py.spark.stats import Stats

pytestmark = pytest.mark.spark
SGD = MLP % "{type: sgd, learning_rate: 0.1}"


def accuracy(net, x, y):
    return float((net.output(x).argmax(axis=1) == y.argmax(axis=1)).mean())


def test_synchronous_sharing_is_stroms_rule(spark):
    x, y = classes(64)
    net = network(SGD)
    keys = {"mode": "synchronous", "workers": 2, "threshold_algorithm": {"type": "fixed", "threshold": 0.01}}
    keys |= {"residual_post_processor": {"threshold_multiple": 3.0, "frequency": 2}, "batches_in_round": 4}
    GradientSharing(**keys).fit(spark.sparkContext, net, batches(x, y, 8, shuffle=False), 1)
    # Strom's rule in plain NumPy; 43 parameters, so DL4J's first message is a bitmap, whose half steps go down alone
    replay, t = network(SGD), np.float32(0.01)
    w, residuals, maps = replay.params.copy(), [np.zeros_like(replay.params) for _ in range(2)], [True, True]
    for i in range(4):
        total = np.zeros_like(w)
        for worker, r in enumerate(residuals):
            replay.params[:], replay.iteration = w, i
            k = 4 * worker + i
            replay.fit(x[k * 8 : k * 8 + 8], y[k * 8 : k * 8 + 8])
            r += w - replay.params
            sent = np.where(r >= t, t, np.where(r <= -t, -t, np.float32(0)))
            bitmap = maps[worker] or np.count_nonzero(sent) >= len(w) / 16
            if bitmap:
                sent = np.where((r > -t) & (r <= -t / 2), -t / 2, sent)
                maps[worker] = np.count_nonzero(sent) >= (len(w) // 16 + 5) / 2
            r -= sent
            if i % 2:
                np.clip(r, -3 * t, 3 * t, out=r)
            total += sent
        w = w - total
    np.testing.assert_allclose(net.params, w, atol=2e-6)
    assert (net.iteration, net.epoch) == (4, 1)


def test_synchronous_sharing_has_the_same_bits_on_every_run(spark):
    x, y = classes(90)
    nets = []
    for _ in range(2):
        nets.append(network(MLP % "adam"))
        GradientSharing(mode="synchronous", workers=2).fit(spark.sparkContext, nets[-1], batches(x, y, 8), 2)
    assert np.array_equal(nets[0].params, nets[1].params)


@pytest.mark.parametrize(
    "keys",
    [{}, {"scale_by_staleness": True}, {"mode": "softsync", "softsync": 2}, {"mode": "softsync", "softsync": 1}],
    ids=["asynchronous", "staleness", "2-softsync", "1-softsync"],
)
def test_other_modes_reach_the_accuracy_of_training_alone(spark, keys):
    x, y = classes(400)
    net, stats = network(SGD), Stats(False)
    fast = {"type": "adaptive", "initial_threshold": 0.01}
    master = GradientSharing(workers=2, threshold_algorithm=fast, rdd_training_approach="export", **keys)
    master.fit(spark.sparkContext, net, batches(x, y, 10), 6, stats=stats)
    alone = network(SGD)
    from dl4py.training.loop import train

    train(alone, batches(x, y, 10), 6, [])
    assert accuracy(net, x, y) >= accuracy(alone, x, y) - 0.03
    assert (net.iteration, net.epoch) == (6 * 20, 6)
    assert 0 < stats.sent < 6 * 40 * net.params.nbytes


def test_failures_are_named(spark):
    x, y = classes(40)
    x[33] = np.nan
    with pytest.raises(TrainingError) as caught:
        GradientSharing(workers=2).fit(spark.sparkContext, network(SGD), batches(x, y, 4, shuffle=False), 1)
    assert str(caught.value) == "worker 1, batch 8 of epoch 0: the score is nan at iteration 3 of epoch 0"
    with pytest.raises(ClusterError) as refused:
        GradientSharing(transport="spark").fit(spark.sparkContext, network(SGD), batches(x, y, 4), 1)
    assert str(refused.value) == (
        "gradient sharing has no transport `spark`: workers send messages to each other while they train"
    )
