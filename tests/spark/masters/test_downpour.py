import numpy as np
import pytest
from sparknets import CHAINS, MLP, batches, classes, network, sequences

from dl4py.errors import ClusterError
from dl4py.spark.launching import Machine
from dl4py.spark.masters.downpour import Downpour

pytest.importorskip("pyspark")


@pytest.mark.spark
@pytest.mark.parametrize(("fetch", "push", "first"), [(1, 1, 0.0), (3, 2, 0.2)])
def test_one_worker_is_adagrad_in_numpy(spark, fetch, push, first):
    x, y = classes(56)
    net = network(MLP % "sgd")
    keys = {"learning_rate": 0.05, "local_learning_rate": 0.1, "fetch_frequency": fetch, "push_frequency": push}
    Downpour(workers=1, first_squares=first, **keys).fit(spark.sparkContext, net, batches(x, y, 8, shuffle=False), 1)
    replay = network(MLP % "sgd")
    server = replay.params.astype(float)
    squares, local, waiting = np.full_like(server, first), server.copy(), np.zeros_like(server)
    for i in range(7):
        if i % fetch == 0:
            local = server.copy()
        replay.params[:] = local
        g = replay.gradient(x[i * 8 : i * 8 + 8], y[i * 8 : i * 8 + 8]) / 8.0
        local -= 0.1 * g
        waiting += g
        if (i + 1) % push == 0 or i == 6:
            squares += waiting**2
            server -= 0.05 * waiting / (np.sqrt(squares) + 1e-8)
            waiting[:] = 0
    np.testing.assert_allclose(net.params, server, rtol=1e-4, atol=1e-5)
    assert (net.iteration, net.epoch) == (7, 1)


@pytest.mark.spark
def test_two_workers_learn(spark):
    x, y = classes(300)
    net = network(MLP % "sgd")
    master = Downpour(workers=2, learning_rate=0.05, fetch_frequency=2, push_frequency=2)
    master.fit(spark.sparkContext, net, batches(x, y, 10), 5)
    assert (net.output(x).argmax(axis=1) == y.argmax(axis=1)).mean() > 0.85
    assert (net.iteration, net.epoch) == (5 * 15, 5)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (MLP % "sgd, l2: 0.1", "penalties such as `l2`"),
        (MLP % "sgd, gradient_normalization: clip_l2_per_layer", "`gradient_normalization`"),
        (
            "{input: 5, layers: [{type: batch_normalization}, {type: output, n_out: 3}]}",
            "running statistics (batch normalization, center loss)",
        ),
    ],
)
def test_what_a_server_of_gradients_cannot_know_is_refused(text, what):
    with pytest.raises(ClusterError) as caught:
        Downpour().fit(Machine(2), network(text), batches(*classes(8), 4), 1)
    assert str(caught.value) == f"Downpour knows no {what}"


def test_line_searches_are_refused():
    net = network("{optimization_algo: lbfgs, input: 5, layers: [{type: output, n_out: 3}]}")
    with pytest.raises(ClusterError) as caught:
        Downpour().fit(Machine(2), net, batches(*classes(8), 4), 1)
    assert str(caught.value) == "`optimization_algo: lbfgs` remembers steps that workers cannot share"


def test_segments_of_sequences_are_fetched_and_pushed_one_by_one():
    x, y, _ = sequences(6)
    text = CHAINS["lstm"][0]
    net, replay = network(text), network(text)
    Downpour(workers=1, learning_rate=0.05).fit(Machine(1), net, batches(x, y, 2, shuffle=False), 1)
    server = replay.params.astype(float)
    squares = np.zeros_like(server)
    for i in (0, 2, 4):
        for gradient in replay.iterations(x[i : i + 2], y[i : i + 2], mode="gradient"):
            replay.params[:] = server
            gradient()
            g = replay.step / 2.0
            squares += g**2
            server -= 0.05 * g / (np.sqrt(squares) + 1e-8)
    np.testing.assert_allclose(net.params, server, rtol=1e-4, atol=1e-5)
    assert net.iteration == 6
