"""Windows against brute force: every output place and every tap visited one by one, and adjoints against products."""

import itertools

import numpy as np
import pytest
from scipy.signal import correlate

from dl4py.kernels import conv
from tests.contract import generator

# input axes, kernel, stride, dilation, begin, output axes; begins and ends differ, windows hang over both edges
CASES = {
    "2d": ((1, 5, 6), (1, 3, 2), (1, 1, 1), (1, 1, 1), (0, 0, 0), (1, 3, 5)),
    "strides": ((1, 7, 6), (1, 3, 2), (1, 2, 3), (1, 1, 1), (0, 0, 0), (1, 3, 2)),
    "dilation": ((1, 7, 8), (1, 3, 2), (1, 1, 2), (1, 2, 3), (0, 0, 0), (1, 3, 3)),
    "padding": ((1, 4, 5), (1, 3, 4), (1, 2, 2), (1, 1, 1), (0, 1, 2), (1, 3, 3)),
    "negative begin": ((1, 6, 6), (1, 2, 1), (1, 2, 3), (1, 1, 1), (0, -1, -1), (1, 2, 2)),
    "3d": ((3, 4, 5), (2, 2, 3), (1, 2, 1), (2, 1, 1), (1, 0, 1), (3, 2, 5)),
    "window larger than the input": ((1, 2, 2), (1, 3, 5), (1, 1, 1), (1, 1, 1), (0, 1, 2), (1, 2, 2)),
}


def windows(x, size, stride, dilation, begin, out):
    """`[batch, *out, taps * channels]` by visiting every place."""
    cols = np.zeros((len(x), *out, *size, x.shape[-1]))
    for p in itertools.product(*map(range, out)):
        for tap in itertools.product(*map(range, size)):
            place = [p[a] * stride[a] - begin[a] + tap[a] * dilation[a] for a in range(3)]
            if all(0 <= at < end for at, end in zip(place, x.shape[1:4], strict=True)):
                cols[(slice(None), *p, *tap)] = x[(slice(None), *place)]
    return cols.reshape(len(x), *out, -1)


def call(kernel, *args):
    function, bound = kernel.bind(args[: len(kernel.operands)], args[len(kernel.operands) :])
    function(*bound)
    return args[len(kernel.operands) - 1]


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_windows_become_rows(case, precision):
    axes, *geometry, out = case
    x = generator(1).normal(size=(2, *axes, 3)).astype(precision)
    truth = windows(x, *geometry, out)
    found = call(conv.im2col, x, np.full(truth.shape, np.nan, precision), *geometry)
    assert np.array_equal(found, truth)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_adding_back_is_the_transpose(case):
    axes, *geometry, out = case
    x = generator(1).normal(size=(2, *axes, 3))
    rows = windows(x, *geometry, out)
    cols = generator(2).normal(size=rows.shape)
    back = call(conv.col2im, cols, np.full(x.shape, np.nan), *geometry)
    assert (back * x).sum() == pytest.approx((cols * rows).sum(), rel=1e-12)


@pytest.mark.parametrize("name", ["2d", "strides", "dilation", "padding", "window larger than the input"])
@pytest.mark.parametrize("many", [1, 2])
def test_depthwise_is_a_product_for_each_channel(name, many):
    axes, *geometry, out = CASES[name]
    flat = [tuple(numbers[1:]) for numbers in geometry]
    x, w = generator(1).normal(size=(2, *axes, 3)), generator(2).normal(size=(*flat[0], 3, many))
    rows = windows(x, *geometry, out)[:, 0].reshape(2, *out[1:], *flat[0], 3)
    truth = np.einsum("nhwjkc,jkcm->nhwcm", rows, w).reshape(2, *out[1:], 3 * many)
    x, w = x[:, 0], w.reshape(*flat[0], 3 * many)
    y = call(conv.depthwise, x, w, np.full(truth.shape, np.nan), *flat[1:])
    assert np.allclose(y, truth, rtol=1e-12, atol=1e-12)
    dy = generator(3).normal(size=y.shape)
    dx = call(conv.depthwise_input, dy, w, np.full(x.shape, np.nan), *flat[1:])
    dw = call(conv.depthwise_weights, x, dy, np.full(w.shape, np.nan), *flat[1:])
    # the output is linear in x and in w, so both adjoints give <y, dy>
    assert (dx * x).sum() == pytest.approx((y * dy).sum(), rel=1e-10)
    assert (dw * w).sum() == pytest.approx((y * dy).sum(), rel=1e-10)
    by_hand = np.einsum("nhwjkc,nhwcm->jkcm", rows, dy.reshape(2, *out[1:], 3, many))
    assert np.allclose(dw, by_hand.reshape(w.shape), rtol=1e-12, atol=1e-12)


def test_rows_times_weights_are_scipys_correlation():
    x, w = generator(1).normal(size=(1, 1, 6, 7, 2)), generator(2).normal(size=(3, 2, 2))
    cols = call(conv.im2col, x, np.empty((1, 1, 4, 6, 12)), (1, 3, 2), (1, 1, 1), (1, 1, 1), (0, 0, 0))
    truth = correlate(x[0, 0], w, mode="valid")[..., 0]
    assert np.allclose((cols.reshape(-1, 12) @ w.reshape(12)).reshape(4, 6), truth, rtol=1e-12, atol=1e-12)
