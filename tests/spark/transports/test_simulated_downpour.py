import numpy as np
import pytest
from sparknets import MLP, batches, classes, network

from dl4py.spark.course import Course
from dl4py.spark.launching import Machine
from dl4py.spark.masters.downpour import Downpour
from dl4py.spark.stats import Stats
from dl4py.spark.transports.conductor import Pace


def test_two_workers_are_adagrad_in_numpy_in_the_order_of_their_times():
    """The second worker takes twice as long: pushes come in the order 0, 0 and 1, ..."""
    x, y = classes(32)
    keys = {"learning_rate": 0.05, "fetch_frequency": 1, "push_frequency": 1, "workers": 2}
    net, replay = network(MLP % "sgd"), network(MLP % "sgd")
    master, stats = Downpour(**keys), Stats(False)
    source = master.open(Machine(2), batches(x, y, 4, shuffle=False), stats)
    transport = master.simulated(source, 2, Pace(step=1.0, spread=0.0, delay=1.25))
    Course(net, source, transport, lambda e: master.rounds_of([4, 4], 2, e), [], stats).run(1, 0)
    times = sorted([(k + 1.0, 0, k) for k in range(4)] + [((k + 1) * 2.25, 1, k) for k in range(4)])
    server = replay.params.astype(float)
    squares, seen = np.zeros_like(server), {0: server.copy(), 1: server.copy()}
    for _, worker, k in times:
        replay.params[:] = seen[worker]
        i = 4 * (4 * worker + k)
        g = replay.gradient(x[i : i + 4], y[i : i + 4]) / 4.0
        squares += g**2
        server -= 0.05 * g / (np.sqrt(squares) + 1e-8)
        seen[worker] = server.copy()
    np.testing.assert_allclose(net.params, server, rtol=1e-4, atol=1e-5)
    assert transport.seconds == pytest.approx(9.0)
    assert transport.bytes == 8 * 2 * net.params.nbytes
