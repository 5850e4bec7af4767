"""Windows on channels-last arrays: gathered into rows and added back, and depthwise convolution.

Every array is `[batch, depth, height, width, channels]`; fewer axes are axes of size 1. `kernel`, `stride`, `dilation`
and `begin` (places before the start of an axis where its first window begins) have a number for each of the three axes.
"""

from __future__ import annotations

from dl4py.kernels.jit import kernel

Sizes = tuple[int, ...]


@kernel("b _ _ _ _ -> b _ _ _ _", split=True)
def im2col(x, cols, size: Sizes, stride: Sizes, dilation: Sizes, begin: Sizes):
    """``cols[n, p] = the window of x at p``, taps in order of depth, height, width, channel; 0 outside of x."""
    channels = x.shape[4]
    for n in range(cols.shape[0]):
        for od in range(cols.shape[1]):
            for oh in range(cols.shape[2]):
                for ow in range(cols.shape[3]):
                    q = 0
                    for i in range(size[0]):
                        d = od * stride[0] - begin[0] + i * dilation[0]
                        for j in range(size[1]):
                            h = oh * stride[1] - begin[1] + j * dilation[1]
                            inside = 0 <= d < x.shape[1] and 0 <= h < x.shape[2]
                            for k in range(size[2]):
                                w = ow * stride[2] - begin[2] + k * dilation[2]
                                if inside and 0 <= w < x.shape[3]:
                                    for c in range(channels):
                                        cols[n, od, oh, ow, q + c] = x[n, d, h, w, c]
                                else:
                                    for c in range(channels):
                                        cols[n, od, oh, ow, q + c] = 0.0
                                q += channels


@kernel("b _ _ _ _ -> b _ _ _ _", split=True)
def col2im(cols, x, size: Sizes, stride: Sizes, dilation: Sizes, begin: Sizes):
    """``x = sum of the windows cols[n, p], each at its place``: the transpose of `im2col`."""
    channels = x.shape[4]
    x[:] = 0.0
    for n in range(cols.shape[0]):
        for od in range(cols.shape[1]):
            for oh in range(cols.shape[2]):
                for ow in range(cols.shape[3]):
                    q = 0
                    for i in range(size[0]):
                        d = od * stride[0] - begin[0] + i * dilation[0]
                        for j in range(size[1]):
                            h = oh * stride[1] - begin[1] + j * dilation[1]
                            inside = 0 <= d < x.shape[1] and 0 <= h < x.shape[2]
                            for k in range(size[2]):
                                w = ow * stride[2] - begin[2] + k * dilation[2]
                                if inside and 0 <= w < x.shape[3]:
                                    for c in range(channels):
                                        x[n, d, h, w, c] += cols[n, od, oh, ow, q + c]
                                q += channels


@kernel("b _ _ i, kh kw o -> b _ _ o", split=True)
def depthwise(x, W, y, stride: Sizes, dilation: Sizes, begin: Sizes):
    """``y[.., c m + j] = sum over taps x[.., c] W[tap, c m + j]``: a channel has m kernels of its own."""
    channels = x.shape[3]
    many = y.shape[3] // channels
    y[:] = 0.0
    for n in range(y.shape[0]):
        for oh in range(y.shape[1]):
            for ow in range(y.shape[2]):
                for j in range(W.shape[0]):
                    h = oh * stride[0] - begin[0] + j * dilation[0]
                    if not 0 <= h < x.shape[1]:
                        continue
                    for k in range(W.shape[1]):
                        w = ow * stride[1] - begin[1] + k * dilation[1]
                        if not 0 <= w < x.shape[2]:
                            continue
                        if many == 1:  # without a stride between channels the compiler makes vectors
                            for c in range(channels):
                                y[n, oh, ow, c] += x[n, h, w, c] * W[j, k, c]
                        else:
                            for c in range(channels):
                                for o in range(c * many, c * many + many):
                                    y[n, oh, ow, o] += x[n, h, w, c] * W[j, k, o]


@kernel("b _ _ o, kh kw o -> b _ _ i", split=True)
def depthwise_input(dy, W, dx, stride: Sizes, dilation: Sizes, begin: Sizes):
    """The gradient of the input of `depthwise`."""
    channels = dx.shape[3]
    many = dy.shape[3] // channels
    dx[:] = 0.0
    for n in range(dy.shape[0]):
        for oh in range(dy.shape[1]):
            for ow in range(dy.shape[2]):
                for j in range(W.shape[0]):
                    h = oh * stride[0] - begin[0] + j * dilation[0]
                    if not 0 <= h < dx.shape[1]:
                        continue
                    for k in range(W.shape[1]):
                        w = ow * stride[1] - begin[1] + k * dilation[1]
                        if not 0 <= w < dx.shape[2]:
                            continue
                        if many == 1:
                            for c in range(channels):
                                dx[n, h, w, c] += dy[n, oh, ow, c] * W[j, k, c]
                        else:
                            for c in range(channels):
                                for o in range(c * many, c * many + many):
                                    dx[n, h, w, c] += dy[n, oh, ow, o] * W[j, k, o]


@kernel("b _ _ i, b _ _ o -> kh kw o")
def depthwise_weights(x, dy, dW, stride: Sizes, dilation: Sizes, begin: Sizes):
    """The gradient of the weights of `depthwise`."""
    channels = x.shape[3]
    many = dy.shape[3] // channels
    dW[:] = 0.0
    for n in range(dy.shape[0]):
        for oh in range(dy.shape[1]):
            for ow in range(dy.shape[2]):
                for j in range(dW.shape[0]):
                    h = oh * stride[0] - begin[0] + j * dilation[0]
                    if not 0 <= h < x.shape[1]:
                        continue
                    for k in range(dW.shape[1]):
                        w = ow * stride[1] - begin[1] + k * dilation[1]
                        if not 0 <= w < x.shape[2]:
                            continue
                        if many == 1:
                            for c in range(channels):
                                dW[j, k, c] += x[n, h, w, c] * dy[n, oh, ow, c]
                        else:
                            for c in range(channels):
                                for o in range(c * many, c * many + many):
                                    dW[j, k, o] += x[n, h, w, c] * dy[n, oh, ow, o]
