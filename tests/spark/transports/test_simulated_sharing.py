import numpy as np
import pytest
from sparknets import MLP, batches, classes, network

from dl4py.errors import TrainingError
from dl4py.spark.course import Course
from dl4py.spark.launching import Machine
from dl4py.spark.masters.gradient_sharing import GradientSharing
from dl4py.spark.stats import Stats
from dl4py.spark.thresholds.fixed import Fixed
from dl4py.spark.transports.conductor import Pace


def simulated(master, net, data, workers, epochs, pace):
    stats = Stats(False)
    source = master.open(Machine(workers), data, stats)
    transport = master.simulated(source, workers, pace)
    sizes = source.sizes(workers)
    Course(net, source, transport, lambda e: master.rounds_of(sizes, workers, e), [], stats).run(epochs, 0)
    return transport


def test_synchronous_steps_are_those_of_real_workers_bit_for_bit():
    x, y = classes(90)
    keys = {"mode": "synchronous", "threshold_algorithm": Fixed(threshold=1e-3), "workers": 2}
    real, like = network(MLP % "adam"), network(MLP % "adam")
    GradientSharing(**keys).fit(Machine(2), real, batches(x, y, 8), 2)
    simulated(GradientSharing(**keys), like, batches(x, y, 8), 2, 2, Pace())
    np.testing.assert_array_equal(like.params, real.params)
    np.testing.assert_array_equal(like.updater_state, real.updater_state)
    assert (like.iteration, like.epoch) == (real.iteration, real.epoch)


def test_messages_come_late_and_late_changes_are_made_smaller():
    """Two workers, one step each: the second ends after the message of the first has come, its change is halved."""
    x, y = classes(8)
    text = MLP.replace("seed: 7,", "seed: 7, data_type: double,") % "{type: sgd, learning_rate: 0.1}"
    net, start = network(text), network(text)
    keys = {"threshold_algorithm": Fixed(threshold=1e-4), "scale_by_staleness": True, "residual_post_processor": None}
    made = simulated(
        GradientSharing(workers=2, **keys), net, batches(x, y, 4, shuffle=False), 2, 1, Pace(step=1.0, delay=1.0)
    )
    steps = [0.1 * start.gradient(x[i : i + 4], y[i : i + 4]) / 4 for i in (0, 4)]
    expected = sum(np.sign(u) * 1e-4 * (np.abs(u) >= 1e-4) for u in (steps[0], steps[1] / 2))
    half = 1e-4 / 2  # a first message is a bitmap, which also knows -t / 2
    for u in (steps[0], steps[1] / 2):
        expected -= half * ((u <= -half) & (u > -1e-4))
    np.testing.assert_allclose(start.params - net.params, expected, atol=1e-11)  # t travels in single
    assert made.seconds == pytest.approx(2.0, abs=0.11)


def test_a_failure_is_told_with_its_worker():
    x, y = classes(16)
    x[9] = np.inf
    with pytest.raises(TrainingError) as caught:
        simulated(GradientSharing(workers=2), network(MLP % "adam"), batches(x, y, 4, shuffle=False), 2, 1, Pace())
    assert str(caught.value).startswith("worker 1, batch 2 of epoch 0")
