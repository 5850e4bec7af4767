"""Does it work at all: one spec from text to zip and back."""

import numpy as np

import dl4py
from dl4py.network import Network
from dl4py.spec.bind import bind

SPEC = """
network:
  input: 2
  layers: [{type: dense, n_out: 8, activation: tanh}, {type: output, n_out: 2}]
  defaults: {updater: {type: adam, learning_rate: 0.05}}
"""


def test_exclusive_or(tmp_path):
    network = Network(bind(SPEC).network)
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "f")
    y = np.eye(2, dtype="f")[[0, 1, 1, 0]]
    for _ in range(200):
        score = network.fit(x, y)
    assert score < 0.05
    assert network.predict(x).tolist() == [0, 1, 1, 0]
    network.save(tmp_path / "m.zip")
    assert np.array_equal(dl4py.load(tmp_path / "m.zip").output(x), network.output(x))
