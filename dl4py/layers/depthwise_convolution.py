"""Convolution of each channel by kernels of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.layers.base import layer
from dl4py.layers.columns import Back, extent
from dl4py.layers.convolutional import ConvolutionalLayer
from dl4py.layers.images import ImageFormat
from dl4py.layers.window import Window
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.spec import CountPair, Pair, Size, key


@layer("depthwise_convolution2d", java="org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D")
class DepthwiseConvolution2D(ConvolutionalLayer):
    """``y[.., c m + j, h, w] = activation(sum over taps: x[.., c, window] W[taps, c, j] + b[c m + j])``.

    Input ``[batch, n_in, height, width]``, output ``[batch, n_in * m, height', width']`` (or channels last) with
    ``m = depth_multiplier``. Parameters ``b [n_in * m]``, ``W [kernel height, kernel width, n_in, m]``.

    Howard et al., "MobileNets", 2017, https://arxiv.org/abs/1704.04861.
    """

    summary_name: ClassVar[str] = "DepthwiseConvolution2DLayer"
    bias_named_last: ClassVar[tuple[str, ...]] = ("variables", "summary")

    n_out: Size | None = key("Channels of the output: `n_in` times `depth_multiplier`.", default=None, json="nout")
    depth_multiplier: Size = key("Kernels for each channel.", default=1)
    kernel_size: Pair = key("Height and width of a window.", default=5)
    stride: Pair = key("Places from a window to the next.", default=1)
    padding: CountPair = key("Zeros before and after each axis.", default=0)
    dilation: Pair = key("Places from a tap of a window to the next.", default=1)
    cnn2d_data_format: ImageFormat = key("Order of the axes, the input's.", default="nchw", spelling="upper")

    @property
    def channels(self) -> int:
        assert self.n_in is not None
        many = self.n_in * self.depth_multiplier
        if self.n_out not in (None, many):
            raise ShapeError(
                f"layer `{self.name}` has n_out {self.n_out}, but {self.n_in} channels times depth_multiplier "
                f"{self.depth_multiplier} are {many}",
                at=self.mark("n_out"),
                hint="leave `n_out` out",
            )
        return many

    def weights(self) -> list[Param]:
        assert self.n_in is not None
        shape = (*self.kernel_size, self.n_in, self.depth_multiplier)
        return [Param.weight("W", shape, order="c", fans=self.fans(self.n_in, self.depth_multiplier))]

    def pre_output(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        z, back = by_channel(e, x, p.W, self.sliding.windows(extent(x)))
        return z, lambda dz: back(dz, p.W.gradient)


def by_channel(e: Emitter, x: Array, W: Array, windows: Sequence[Window]) -> tuple[Array, Back]:
    """``y[.., c m + j] = x[.., c] * W[.., c, j]``: `x [batch, h, w, c]`, `W [kernel height, kernel width, c, m]`."""
    geometry = [tuple(getattr(w, name) for w in windows) for name in ("stride", "dilation", "begin")]
    merged = (*W.shape[:2], W.shape[2] * W.shape[3])
    y = e.array(x.rows, *(w.out for w in windows), merged[2], name="by_channel")
    e(k.conv.depthwise, x, W.reshape(*merged), y, *geometry)

    def backward(dy: Array, dW: Array) -> Array | None:
        e(k.conv.depthwise_weights, x, dy, dW.reshape(*merged), *geometry)
        if not x.needs_gradient:
            return None
        dx = e.like(x, "dx")
        e(k.conv.depthwise_input, dy, W.reshape(*merged), dx, *geometry)
        return dx

    return y, backward
