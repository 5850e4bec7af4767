"""Convolution channel by channel, then over channels."""

from __future__ import annotations

from typing import ClassVar

from dl4py import kernels as k
from dl4py.layers.base import layer
from dl4py.layers.columns import as_rows, extent, packed
from dl4py.layers.convolutional import ConvolutionalLayer
from dl4py.layers.depthwise_convolution import by_channel
from dl4py.layers.images import ImageFormat
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.spec import CountPair, Pair, Size, key


@layer("separable_convolution2d", java="org.deeplearning4j.nn.conf.layers.SeparableConvolution2D")
class SeparableConvolution2D(ConvolutionalLayer):
    """``y[.., o] = activation(sum over c, j: pW[o, c m + j] (sum over taps: x[.., c, window] W[j, c, taps]) + b[o])``.

    Input ``[batch, n_in, height, width]``, output ``[batch, n_out, height', width']`` (or channels last), with
    ``m = depth_multiplier``. Parameters ``b [n_out]``, ``W [m, n_in, kernel height, kernel width]``,
    ``pW [n_out, n_in * m, 1, 1]``.

    Chollet, "Xception", 2017, https://arxiv.org/abs/1610.02357.
    """

    summary_name: ClassVar[str] = "SeparableConvolution2DLayer"
    bias_named_last: ClassVar[tuple[str, ...]] = ("variables", "summary")

    n_out: Size = key("Channels of the output.", json="nout")
    depth_multiplier: Size = key("Kernels for each channel.", default=1)
    kernel_size: Pair = key("Height and width of a window.", default=5)
    stride: Pair = key("Places from a window to the next.", default=1)
    padding: CountPair = key("Zeros before and after each axis.", default=0)
    dilation: Pair = key("Places from a tap of a window to the next.", default=1)
    cnn2d_data_format: ImageFormat | None = key("Order of the axes, the input's.", default=None, spelling="upper")

    @property
    def channels(self) -> int:
        return self.n_out

    def weights(self) -> list[Param]:
        assert self.n_in is not None
        many = self.n_in * self.depth_multiplier
        depth = (self.depth_multiplier, self.n_in, *self.kernel_size)
        return [
            Param.weight("W", depth, order="c", fans=self.fans(self.n_in, self.depth_multiplier)),
            Param.weight("pW", (self.n_out, many, 1, 1), order="c", fans=(float(many), float(many))),
        ]

    def pre_output(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        W = packed(e, p.W.transposed(2, 3, 1, 0))
        mid, mid_back = by_channel(e, x, W, self.sliding.windows(extent(x)))
        pointwise, gradient = (a.reshape(self.n_out, mid.shape[-1]) for a in (p.pW, p.pW.gradient))
        z = e.array(*mid.shape[:-1], self.n_out, name="z")
        if self.n_in == 1 and self.n_out == self.depth_multiplier and e.quirk(57):
            e(k.move.copy_flat, mid.flat, z.flat)  # the gradient is still that of both
        else:
            e(k.gemm.matmul, as_rows(mid), pointwise.T, as_rows(z))

        def backward(dz: Array) -> Array | None:
            e(k.gemm.matmul, as_rows(dz).T, as_rows(mid), gradient)
            dmid, dW = e.like(mid, "dmid"), e.like(W, "dW")
            e(k.gemm.matmul, as_rows(dz), pointwise, as_rows(dmid))
            dx = mid_back(dmid, dW)
            e(k.move.copy_any, dW, p.W.gradient.transposed(2, 3, 1, 0))
            return dx

        return z, backward
