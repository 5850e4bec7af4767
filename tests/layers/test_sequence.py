"""The input of a recurrent layer, looked up in each run or not."""

import numpy as np
import pytest

from dl4py.network import Network
from dl4py.spec.bind import bind
from tests.contract import generator

NETWORK = """
network:
  input: {{type: recurrent, size: 9, time: 7}}
  defaults: {{activation: {cell}, updater: sgd}}
  layers:
    {first}
    - {{type: {layer}, n_out: 6}}
    - {{type: rnn_output, n_out: 4, activation: softmax}}
"""
LIKE_IT = "- {type: activation, activation: relu}"  # what comes out of a layer is not looked at


@pytest.mark.parametrize("layer", ["lstm", "graves_lstm"])
@pytest.mark.parametrize("cell", ["tanh", "relu"])
def test_lookups_change_no_bit(layer, cell):
    """Characters, steps without one, and at last numbers: the same parameters with and without a layer before."""
    g = generator(8)
    x = np.moveaxis(np.eye(9, dtype=np.float32)[g.integers(0, 9, (3, 5, 7))], -1, 2)
    x[1, :, :, 2] = 0.0
    x[2] = g.uniform(size=x[2].shape)
    y = np.moveaxis(np.eye(4, dtype=np.float32)[g.integers(0, 4, (3, 5, 7))], -1, 2)
    nets = [Network(bind(NETWORK.format(first=first, layer=layer, cell=cell)).network) for first in ("", LIKE_IT)]
    nets[1].params[:] = nets[0].params
    start = nets[0].params.copy()
    for step in range(3):
        for net in nets:
            net.fit(x[step], y[step])
        assert np.array_equal(nets[0].params, nets[1].params)
    assert not np.array_equal(nets[0].params, start)
    kernels = [[call.kernel.name for call in net.plan(5).calls] for net in nets]
    assert "times" in kernels[0]
    assert "times" not in kernels[1]
