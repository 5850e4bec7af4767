import numpy as np
import pytest
from sparknets import MLP, batches, classes, network

from dl4py.spark.launching import Machine
from dl4py.spark.masters.sandblaster import Sandblaster
from dl4py.training.loop import Listener

DOUBLE = MLP.replace("{seed: 7,", "{seed: 7, data_type: double, optimization_algo: %s,")


def alone(text, x, y, iterations):
    """The iterates of training alone on the full batch."""
    net, found = network(text), []
    for _ in range(iterations):
        score = net.fit(x, y)
        net.end_epoch()
        found.append((score, net.params.copy()))
    return net, found


class Iterates(Listener):
    def __init__(self):
        self.scores, self.params = [], []

    def epoch(self, network):
        self.params.append(network.params.copy())

    def iteration(self, network, score, examples):
        self.scores.append(score)


def compare(context, text, workers, iterations=12, rtol=1e-6):
    x, y = classes(103)
    net, iterates = network(text), Iterates()
    Sandblaster(workers=workers).fit(context, net, batches(x, y, 9, shuffle=False), iterations, [iterates])
    local, found = alone(text, x, y, iterations)
    np.testing.assert_allclose(iterates.scores, [score for score, _ in found], rtol=rtol)
    for mine, (_, theirs) in zip(iterates.params, found, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=rtol, atol=rtol * np.abs(theirs).max())
    np.testing.assert_allclose(net.updater_state, local.updater_state, rtol=rtol, atol=1e-12)
    assert (net.iteration, net.epoch) == (iterations, iterations)
    assert iterates.scores[-1] < 0.6 * iterates.scores[0]
    return net


@pytest.mark.parametrize("algorithm", ["lbfgs", "conjugate_gradient"])
def test_iterates_are_those_of_training_alone(algorithm):
    compare(Machine(2), DOUBLE % (algorithm, "{type: sgd, learning_rate: 0.5}, l2: 0.01"), 2)
