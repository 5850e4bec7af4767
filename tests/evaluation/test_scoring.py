import numpy as np
import pytest

import dl4py
from dl4py.data.batch import Batch
from dl4py.evaluation.scoring import scores_of
from dl4py.spec.bind import bind
from dl4py.spec.source import Source

RANDOM = np.random.default_rng(3)


def network(layers, size):
    text = f"network: {{seed: 3, input: {size}, defaults: {{activation: tanh, l2: 0.1, dropout: 0.5}}, layers: [{layers}]}}"
    return dl4py.Network(bind(Source("<test>", text)).network)


def test_scores_are_cross_entropies_and_the_penalty():
    net = network("{type: dense, n_out: 3}, {type: output, n_out: 4}", 5)
    x, numbers = RANDOM.normal(size=(9, 5)).astype(np.float32), RANDOM.integers(0, 4, 9)
    y = np.eye(4, dtype=np.float32)[numbers]
    W0, b0, W1, b1 = (net.parameter(slot).astype(float) for slot in net.parameters.slots)
    z = np.tanh(x @ W0 + b0) @ W1 + b1
    p = np.exp(z - z.max(axis=1, keepdims=True))
    expected = -np.log(p[np.arange(9), numbers] / p.sum(axis=1))
    batch = Batch((x,), (y,))
    np.testing.assert_allclose(scores_of(net, batch, penalties=False), expected, rtol=1e-5)
    penalty = 0.05 * sum((w**2).sum() for w in (W0, W1))
    np.testing.assert_allclose(scores_of(net, batch), expected + penalty, rtol=1e-5)
    assert scores_of(net, batch).mean() == pytest.approx(net.score(x, y, training=False), rel=1e-6)


def test_masked_steps_count_nothing():
    net = network("{type: lstm, n_out: 3}, {type: rnn_output, n_out: 2}", "{type: recurrent, size: 2}")
    x = RANDOM.normal(size=(4, 2, 5)).astype(np.float32)
    y = np.eye(2, dtype=np.float32)[RANDOM.integers(0, 2, (4, 5))].transpose(0, 2, 1)
    mask = (np.arange(5) < np.array([[5], [3], [1], [2]])).astype(np.float32)
    found = scores_of(net, Batch((x,), (y,), (mask,), (mask,)), penalties=False)
    p = net.output(x, mask=mask).astype(float)
    expected = -(np.log((p * y).sum(axis=1)) * mask).sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
