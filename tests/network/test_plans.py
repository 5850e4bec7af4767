import numpy as np

import dl4py
from dl4py.spec.bind import bind
from dl4py.spec.source import Source

SPEC = """\
network:
  input: {type: recurrent, size: 2}
  backprop_type: truncated_bptt
  tbptt_fwd_length: 3
  tbptt_back_length: 3
  defaults: {updater: {type: sgd, learning_rate: 0.1}}
  layers:
    - {type: lstm, n_out: 4}
    - {type: rnn_output, n_out: 2, activation: softmax, loss: mcxent}
"""


def test_batches_of_changing_size_do_not_share_recurrent_state():
    """Each batch trains as it trains a network that has seen no other batch size."""
    config = bind(Source("spec.yaml", SPEC)).network
    random = np.random.default_rng(0)
    net = dl4py.Network(config)
    for size in (3, 2, 3, 3, 2):
        x = random.normal(size=(size, 2, 7)).astype("f")
        y = np.eye(2, dtype="f")[random.integers(0, 2, (size, 7))].transpose(0, 2, 1)
        fresh = dl4py.Network(config, params=net.params.copy())
        assert net.fit(x, y) == fresh.fit(x, y)
        assert np.array_equal(net.params, fresh.params)
