"""Weights rounded to bfloat16, against its definition."""

import numpy as np

from dl4py.network import Network
from dl4py.network.bf16 import nearest, round_weights
from dl4py.spec.bind import bind
from tests.contract import generator


def test_the_nearest_of_all():
    """Of both neighbours the nearer one; half way the one whose last bit is 0."""
    g = generator(2)
    x = np.concatenate([g.normal(size=2000) * 10.0 ** g.integers(-30, 30, 2000), [0.0, 1.0, -2.5]]).astype(np.float32)
    half = (np.arange(0x3F80, 0x3FA0, dtype=np.uint32) << 16 | 0x8000).view(np.float32)
    x = np.concatenate([x, half, -half])
    below = (x.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)
    above = ((x.view(np.uint32) & np.uint32(0xFFFF0000)) + np.uint32(0x10000)).view(np.float32)
    far, near = abs(above.astype("d") - x), abs(below.astype("d") - x)
    even = (below.view(np.uint32) >> np.uint32(16)) % 2 == 0
    truth = np.where((near < far) | ((near == far) & even), below, above)
    assert np.array_equal(nearest(x), truth)
    assert np.array_equal(nearest(np.float32([np.inf, -np.inf])), [np.inf, -np.inf])
    assert np.isnan(nearest(np.uint32([0x7FFFFFFF, 0x7F800001]).view(np.float32))).all(), "no NaN becomes infinite"


def test_weights_alone():
    layers = "[{type: dense, n_out: 5}, {type: batch_normalization}, {type: output, n_out: 2}]"
    net = Network(bind(f"network: {{input: 3, layers: {layers}}}").network)
    net.params[:] = np.linspace(0.1, 1.1, net.params.size)
    before = net.params.copy()
    round_weights(net)
    for slot in net.parameters.slots:
        now, then = (v[slot.offset : slot.stop] for v in (net.params, before))
        assert np.array_equal(now, nearest(then) if slot.param.name == "W" else then)
    assert 0 < abs(net.params - before).max() < 2**-8
