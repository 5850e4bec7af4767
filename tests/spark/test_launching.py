import numpy as np
import pytest
from sparknets import MLP, batches, classes, network

from dl4py.spark.launching import Machine
from dl4py.spark.masters.gradient_sharing import GradientSharing
from dl4py.spark.masters.parameter_averaging import ParameterAveraging

SGD = MLP % "{type: sgd, learning_rate: 0.1}"


@pytest.mark.slow
def test_processes_average_as_the_numpy_replay():
    x, y = classes(64)
    net = network(MLP % "adam")
    master = ParameterAveraging(transport="direct", averaging_frequency=2)
    master.fit(Machine(2), net, batches(x, y, 8, shuffle=False), 1)
    replay = network(MLP % "adam")
    params, state = replay.params.astype(float), replay.updater_state.astype(float)
    for hands in ([[0, 1], [2, 3]], [[4, 5], [6, 7]]):
        ends, begun = [], 4 if hands[0][0] else 0
        for hand in hands:
            replay.params[:], replay.updater_state[:], replay.iteration = params, state, begun // 2
            for i in hand:
                replay.fit(x[i * 8 : i * 8 + 8], y[i * 8 : i * 8 + 8])
            ends.append((replay.params.astype(float), replay.updater_state.astype(float)))
        params, state = (np.mean([end[k] for end in ends], axis=0) for k in (0, 1))
    np.testing.assert_allclose(net.params, params, rtol=1e-6, atol=1e-7)
    assert (net.iteration, net.epoch) == (4, 1)


@pytest.mark.slow
def test_processes_share_gradients():
    x, y = classes(200)
    net = network(SGD)
    fast = {"type": "adaptive", "initial_threshold": 0.01}
    GradientSharing(threshold_algorithm=fast).fit(Machine(2), net, batches(x, y, 10), 5)
    assert (net.output(x).argmax(axis=1) == y.argmax(axis=1)).mean() > 0.85
