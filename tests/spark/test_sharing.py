import numpy as np
import pytest
from sparknets import CHAINS, MLP, batches, classes, network, sequences

from dl4py.spark.course import Course
from dl4py.spark.encoding import Encoder, decode
from dl4py.spark.launching import Machine
from dl4py.spark.masters.gradient_sharing import GradientSharing
from dl4py.spark.stats import Stats
from dl4py.spark.thresholds.fixed import Fixed
from dl4py.spark.transports.conductor import Pace


def simulated(net, data, workers, pace, epochs=1, **keys):
    master, stats = GradientSharing(workers=workers, **keys), Stats(False)
    source = master.open(Machine(workers), data, stats)
    transport, sizes = master.simulated(source, workers, pace), source.sizes(workers)
    Course(net, source, transport, lambda e: master.rounds_of(sizes, workers, e), [], stats).run(epochs, 0)
    return transport


@pytest.mark.parametrize("keys", [{}, {"mode": "softsync", "softsync": 2}], ids=["asynchronous", "softsync"])
def test_all_replicas_have_the_same_bits_in_whatever_order_messages_came(keys):
    x, y = classes(240)
    fine = {"type": "adaptive", "initial_threshold": 1e-3}
    made = simulated(network(MLP % "adam"), batches(x, y, 4), 4, Pace(spread=0.9), 2, threshold_algorithm=fine, **keys)
    first, *others = made.replicas
    orders = {tuple(replica.network.updater_state[:3]) for replica in made.replicas}
    assert len(orders) == 4  # they saw other batches
    for replica in others:
        np.testing.assert_array_equal(replica.network.params, first.network.params)


def test_only_messages_travel():
    x, y = classes(64)
    net = network(MLP % "{type: sgd, learning_rate: 0.1}")
    made = simulated(
        net, batches(x, y, 8, shuffle=False), 2, Pace(), mode="synchronous", threshold_algorithm=Fixed(threshold=10.0)
    )
    assert made.bytes == 0  # nothing is as large as the threshold


def test_segments_of_sequences_are_shared_one_by_one():
    x, y, _ = sequences(8)
    text = CHAINS["lstm"][0].replace("rms_prop", "{type: sgd, learning_rate: 0.5}")
    net, t = network(text), 2.0**-9
    keys = {"mode": "synchronous", "threshold_algorithm": Fixed(threshold=t), "residual_post_processor": None}
    simulated(net, batches(x, y, 2, shuffle=False), 2, Pace(), **keys)
    nets = [network(text), network(text)]
    encoders = [Encoder(Fixed(threshold=t), np.zeros_like(net.params), None) for _ in nets]
    w = nets[0].params.copy()
    for i in range(2):
        steps = [n.iterations(x[k : k + 2], y[k : k + 2]) for n, k in zip(nets, (2 * i, 4 + 2 * i), strict=True)]
        for pair in zip(*steps, strict=True):
            total = np.zeros_like(w)
            for replay, encoder, iteration in zip(nets, encoders, pair, strict=True):
                replay.params[:] = w
                iteration()
                decode(encoder.message(w - replay.params), total)
            w = w - total
    np.testing.assert_allclose(net.params, w, atol=1e-6)
    assert net.iteration == 4  # two batches of two segments


def test_under_softsync_a_change_is_stale_by_updates_not_by_messages():
    """Four workers, groups of two. The first and second meet no update, the third and the late fourth meet one."""
    x, y = classes(16)
    text = MLP.replace("seed: 7,", "seed: 7, data_type: double,") % "{type: sgd, learning_rate: 0.1}"
    net, start, t = network(text), network(text), 2.0**-14
    keys = {"mode": "softsync", "softsync": 2, "scale_by_staleness": True, "residual_post_processor": None}
    pace = Pace(step=1.0, spread=0.0, delay=1.0)
    simulated(net, batches(x, y, 4, shuffle=False), 4, pace, threshold_algorithm=Fixed(threshold=t), **keys)
    total = np.zeros_like(net.params)
    for worker, share in enumerate((1.0, 1.0, 0.5, 0.5)):
        i = 4 * worker
        change = share * 0.1 * start.gradient(x[i : i + 4], y[i : i + 4]) / 4
        decode(Encoder(Fixed(threshold=t), np.zeros_like(total), None).message(change), total)
    np.testing.assert_allclose(start.params - net.params, total / 2, atol=1e-12)
