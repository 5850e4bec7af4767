"""Windows of 3 x 3 in Winograd's way, against every window and every tap visited one by one."""

import numpy as np
import pytest

from dl4py.layers import winograd
from dl4py.layers.columns import Grid
from dl4py.layers.window import Window
from dl4py.network import Network
from dl4py.plan import Emitter, Plan
from dl4py.plan.threads import limited
from dl4py.spec.bind import bind
from tests.contract import generator
from tests.layers.test_direct import brute_force

# depth, height and width; where windows begin in height and width; how many there are
CASES = {
    "whole squares": ((1, 8, 12), (1, 1), (8, 12)),
    "squares that stand out": ((1, 7, 9), (1, 1), (7, 9)),
    "without padding": ((1, 10, 7), (0, 0), (8, 5)),
    "all the way out": ((1, 6, 5), (2, 2), (8, 7)),
    "less than a square": ((1, 3, 2), (1, 1), (3, 2)),
    "planes of a volume": ((2, 5, 5), (1, 0), (5, 3)),
}


def convolved(case, kind, n_in, n_out, floor=-np.inf):
    """What the plan finds, and the truth: ``z``, ``dW``, ``dx``."""
    axes, begin, out = CASES[case]
    g = generator(5)
    out = (axes[0], *out)
    x, W, dz, b = (g.normal(size=s) for s in ((3, *axes, n_in), (1, 3, 3, n_in, n_out), (3, *out, n_out), (n_out,)))
    deep = Window(axes[0], 1, 1, 1, 0, axes[0])
    flat = [Window(size, 3, 1, 1, first, many) for size, first, many in zip(axes[1:], begin, out[1:], strict=True)]
    grid = Grid(3, (deep, *flat))
    e = Emitter(3)
    image = e.constant(x)
    image.needs_gradient = True
    W = np.asfortranarray(W)
    z, back = winograd.correlate(e, grid, image, e.constant(W), e.constant(b), floor)
    dW = e.array(9 * n_in, n_out)
    dx = back(e.constant(dz.reshape(-1, n_out)), dW)
    for array in (z, dW, dx):
        array.kept = True
    plan = Plan(e.calls, kind)
    plan.bind({"arena": np.full(plan.layout.total, 0xFF, np.uint8)})
    plan.run()
    truth = brute_force(x, W, dz, (1, 1, 1), (1, 1, 1), (0, *begin))
    truth = (np.maximum(truth[0] + b, floor), *truth[1:])
    return [(plan.numbers(a).copy(), t.reshape(a.shape)) for a, t in zip((z, dW, dx), truth, strict=True)]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("threads", [1, 2])
def test_double(case, threads):
    with limited(threads):
        for found, truth in convolved(case, "float64", 16, 48):
            assert np.allclose(found, truth, rtol=0, atol=1e-12)


@pytest.mark.parametrize("floor", [-np.inf, 0.0])
def test_the_error_stated(floor):
    """In single precision: 1.2e-5 at most, 1.1e-6 in the root mean square, of that of the truth."""
    for found, truth in convolved("squares that stand out", "float32", 128, 32, floor):
        size = np.sqrt(np.mean(truth**2))
        assert abs(found - truth).max() < 1.2e-5 * size
        assert np.sqrt(np.mean((found - truth) ** 2)) < 1.1e-6 * size


def grid(size, kernel=3, stride=1, dilation=1, begin=1):
    flat = Window(size, kernel, stride, dilation, begin, (size - dilation * (kernel - 1) - 1 + 2 * begin) // stride + 1)
    return Grid(8, (Window(1, 1, 1, 1, 0, 1), flat, flat))


def test_where_it_wins():
    assert winograd.wins(grid(32), 32, 32)
    assert winograd.wins(grid(14), 512, 512)
    assert not winograd.wins(grid(32), 3, 32), "a channel is no vector"
    assert not winograd.wins(grid(32), 32, 20), "channels are no whole vectors"
    assert not winograd.wins(grid(32, kernel=5, begin=2), 32, 32)
    assert not winograd.wins(grid(32, stride=2), 32, 32)
    assert not winograd.wins(grid(32, dilation=2), 32, 32)
    assert not winograd.wins(grid(2), 32, 32), "most of a square would be outside"


NETWORK = """
network:
  input: {{type: convolutional, channels: 16, height: 12, width: 12}}
  layers:
    - {{type: convolution, n_out: 16, kernel_size: 3, convolution_mode: same, activation: relu{}}}
    - {{type: output, n_out: 3}}
"""


def test_the_switch():
    """`cudnn_algo_mode: no_workspace` asks for windows as they are; both give the same but for rounding."""
    nets = [Network(bind(NETWORK.format(more)).network) for more in ("", ", cudnn_algo_mode: no_workspace")]
    kernels = [{call.kernel.name for call in net.plan(8).calls} for net in nets]
    assert "winograd_times" in kernels[0]
    assert "winograd_gradient" in kernels[0]
    assert {"windows_times", "windows_gradient"} <= kernels[1]
    assert not {"winograd_times", "winograd_gradient"} & kernels[1]
    x, y = generator(3).normal(size=(8, 16, 12, 12)).astype(np.float32), np.eye(3, dtype=np.float32)[[0, 1, 2, 0] * 2]
    nets[1].params[:] = nets[0].params
    for net in nets:
        net.fit(x, y)
    assert np.allclose(nets[0].params, nets[1].params, rtol=0, atol=1e-6)
