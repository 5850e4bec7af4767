"""Convolution of sequences, images and volumes."""

from __future__ import annotations

from functools import partial
from math import inf
from typing import Any, ClassVar, Literal

from dl4py import kernels as k
from dl4py.layers import direct, winograd
from dl4py.layers.activation import emit_activation, over_axis
from dl4py.layers.base import layer
from dl4py.layers.columns import Grid, as_rows, correlate, extent, packed, reshaped
from dl4py.layers.convolutional import ConvolutionalLayer
from dl4py.layers.images import ImageFormat, Spatial, VolumeFormat
from dl4py.layers.sums import sum_rows
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.shapes import Convolutional3D, Recurrent
from dl4py.spec import Count, CountPair, CountTriple, Pair, Size, Triple, key


class Convolved(ConvolutionalLayer):
    """``y = activation(windows(x) W + b)``."""

    n_out: Size = key("Channels of the output.", json="nout")

    @property
    def channels(self) -> int:
        return self.n_out

    def seen(self, W: Array) -> Array:
        """The weights, or their gradient, as `[*kernel, n_in, n_out]`."""
        return W.transposed(*range(2, len(W.shape)), 1, 0)

    def weights(self) -> list[Param]:
        assert self.n_in is not None
        shape = (self.n_out, self.n_in, *self.sliding.kernel)
        return [Param.weight("W", shape, order="c", fans=self.fans(self.n_in, self.n_out))]

    def emit_all(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        windows = self.sliding.windows(extent(x))
        grid = Grid.over(x.shape, windows)
        W, bias = self.seen(p.W), p.get("b")
        floored = None
        if self.cudnn_algo_mode != "no_workspace" and winograd.wins(grid, *W.shape[-2:]):
            floored = self.activation.floored(e)
            floor = floored[0] if floored else -inf
            z, back = winograd.correlate(e, grid, grid.lifted(x), W, bias, floor)
        elif direct.fits(grid):
            z, back = direct.correlate(e, grid, grid.lifted(x), W, bias)
        else:
            z, back = correlate(e, grid, grid.lifted(x), as_rows(packed(e, W)))
            if bias:
                e(k.rows.add_row, z, bias)
        z = z.reshape(*reshaped(x.shape, [w.out for w in windows], self.n_out))
        y, activation_backward = (z, partial(floored[1], z)) if floored else self.activated(e, z)

        def backward(dy: Array) -> Array | None:
            gradient = activation_backward(dy)
            assert gradient is not None
            dz = as_rows(gradient)
            if bias:
                sum_rows(e, dz, bias.gradient)
            dW = e.like(W, "dW")
            dx = back(dz, as_rows(dW))
            e(k.move.copy_any, dW, self.seen(p.W.gradient))
            return dx.reshape(*x.shape) if dx is not None else None

        return y, backward

    def activated(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        """``activation(z)``."""
        return emit_activation(e, z, self.activation)


@layer("convolution", java="org.deeplearning4j.nn.conf.layers.ConvolutionLayer")
class Convolution2D(Convolved):
    """``y[.., o, h, w] = activation(sum over i, j, k: x[.., i, s h + j - p, s w + k - p] W[o, i, j, k] + b[o])``.

    Input ``[batch, n_in, height, width]``, output ``[batch, n_out, height', width']`` (or channels last). Parameters
    ``b [n_out]``, ``W [n_out, n_in, kernel height, kernel width]``. A mask covers places of the input; an output is
    masked where its whole window is.

    LeCun et al., "Gradient-based learning applied to document recognition", 1998; dilation: Yu and Koltun,
    "Multi-scale context aggregation by dilated convolutions", 2016, https://arxiv.org/abs/1511.07122.
    """

    summary_name: ClassVar[str] = "ConvolutionLayer"

    kernel_size: Pair = key("Height and width of a window.", default=5)
    stride: Pair = key("Places from a window to the next.", default=1)
    padding: CountPair = key("Zeros before and after each axis.", default=0)
    dilation: Pair = key("Places from a tap of a window to the next.", default=1)
    cnn2d_data_format: ImageFormat = key("Order of the axes, the input's.", default="nchw", spelling="upper")

    def activated(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        y, backward = emit_activation(e, z, self.activation)
        if e.training and self.activation.type == "softmax" and self.cnn2d_data_format == "nhwc" and e.quirk(56):
            return y, over_axis(e, z, self.activation, 2)[1]  # DL4J turns back to channels first before it
        return y, backward


@layer("convolution1d", java="org.deeplearning4j.nn.conf.layers.Convolution1DLayer")
class Convolution1D(Convolved):
    """``y[.., o, t] = activation(sum over i, j: x[.., i, s t + j - p] W[j, i, o] + b[o])``.

    Input ``[batch, n_in, time]``, output ``[batch, n_out, time']``. Parameters ``b [n_out]``, ``W``: DL4J declares it
    as ``[n_out, n_in, kernel, 1]``, and reads its numbers as ``[kernel, n_in, n_out]``.
    """

    summary_name: ClassVar[str] = "Convolution1DLayer"
    takes: ClassVar[type[Spatial]] = Recurrent
    layout: ClassVar[str] = "rnn_data_format"
    json_constants: ClassVar[dict[str, Any]] = {"cnn2dDataFormat": "NCHW", "timeDistributedFormat": None}

    kernel_size: Size = key("Steps of a window.")
    stride: Size = key("Steps from a window to the next.", default=1)
    padding: Count = key("Zeros before and after the sequence.", default=0)
    dilation: Size = key("Steps from a tap of a window to the next.", default=1)
    rnn_data_format: Literal["ncw", "nwc"] = key("Order of the axes, the input's.", default="ncw", spelling="upper")

    def seen(self, W: Array) -> Array:
        return W.reshape(self.kernel_size, W.shape[1], W.shape[0])

    def weights(self) -> list[Param]:
        assert self.n_in is not None
        shape = (self.n_out, self.n_in, self.kernel_size, 1)
        return [Param.weight("W", shape, order="c", fans=self.fans(self.n_in, self.n_out))]

    def json_more(self) -> dict[str, Any]:
        """DL4J writes each number twice."""
        return {camel: [getattr(self, ours)] * 2 for ours, camel in TWICE.items()}

    @classmethod
    def from_dl4j(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value[0] if name in TWICE and isinstance(value, tuple) else value for name, value in values.items()
        }


TWICE = {"dilation": "dilation", "kernel_size": "kernelSize", "padding": "padding", "stride": "stride"}


@layer("convolution3d", java="org.deeplearning4j.nn.conf.layers.Convolution3D")
class Convolution3D(Convolved):
    """``y[.., o, d, h, w] = activation(sum over i and taps: x[.., i, window] W[o, i, taps] + b[o])``.

    Input ``[batch, n_in, depth, height, width]``, output likewise with `n_out` channels (or channels last). Parameters
    ``b [n_out]``, ``W [n_out, n_in, *kernel]``.

    Ji et al., "3D convolutional neural networks for human action recognition", 2013.
    """

    summary_name: ClassVar[str] = "Convolution3DLayer"
    takes: ClassVar[type[Spatial]] = Convolutional3D
    layout: ClassVar[str] = "data_format"
    json_constants: ClassVar[dict[str, Any]] = {
        "cnn2dDataFormat": "NCHW",
        "mode": "Same",  # without effect in DL4J
        "timeDistributedFormat": None,
    }

    kernel_size: Triple = key("Depth, height and width of a window.", default=2)
    stride: Triple = key("Places from a window to the next.", default=1)
    padding: CountTriple = key("Zeros before and after each axis.", default=0)
    dilation: Triple = key("Places from a tap of a window to the next.", default=1)
    data_format: VolumeFormat = key("Order of the axes, the input's.", default="ncdhw", spelling="upper")
