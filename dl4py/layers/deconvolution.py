"""Transposed convolution of images and volumes."""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

import numpy as np

from dl4py import kernels as k
from dl4py.layers.base import layer
from dl4py.layers.columns import Grid, as_rows, extent, packed, reshaped, spread_out
from dl4py.layers.convolutional import ConvolutionalLayer, table_of
from dl4py.layers.images import ImageFormat, Spatial, VolumeFormat
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.shapes import Convolutional3D
from dl4py.spec import CountPair, CountTriple, Pair, Size, Triple, key


class Deconvolved(ConvolutionalLayer):
    """``y = activation(windows' (x W) + b)``: each place of the input adds a window to the output."""

    n_out: Size = key("Channels of the output.", json="nout")

    @property
    def channels(self) -> int:
        return self.n_out

    def output_sizes(self, given: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return tuple(w.size for w in self.sliding.spread([size for size in given if size is not None]))

    def seen(self, W: Array) -> Array:
        """The weights, or their gradient, as `[n_in, *kernel, n_out]`."""
        raise NotImplementedError

    def seen_places(self, given: tuple[int, ...]) -> np.ndarray:
        windows = self.sliding.spread(given)
        return inverted(table_of(windows), prod(w.size for w in windows))

    def pre_output(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        many = x.shape[-1]
        windows = self.sliding.spread(extent(x))
        grid = Grid.over(x.shape, windows)
        W = packed(e, self.seen(p.W))
        y, back = spread_out(e, grid, as_rows(x), W.reshape(many, W.size // many))

        def backward(dz: Array) -> Array | None:
            dW = e.like(W, "dW")
            dx = back(grid.lifted(dz), dW.reshape(many, W.size // many))
            e(k.move.copy_any, dW, self.seen(p.W.gradient))
            return dx

        return y.reshape(*reshaped(x.shape, [w.size for w in windows], self.n_out)), backward


@layer("deconvolution2d", java="org.deeplearning4j.nn.conf.layers.Deconvolution2D")
class Deconvolution2D(Deconvolved):
    """``y[.., o, s h + j - p, s w + k - p] += sum over i: x[.., i, h, w] W[i, o, j, k]``, then bias and activation.

    Input ``[batch, n_in, height, width]``, output ``[batch, n_out, height', width']`` (or channels last). Parameters
    ``b [n_out]``, ``W [n_in, n_out, kernel height, kernel width]``.

    Zeiler et al., "Deconvolutional networks", 2010.
    """

    summary_name: ClassVar[str] = "Deconvolution2DLayer"

    kernel_size: Pair = key("Height and width of a window.", default=5)
    stride: Pair = key("Places of the output from a window to the next.", default=1)
    padding: CountPair = key("Places cut off before and after each axis.", default=0)
    dilation: Pair = key("Places from a tap of a window to the next.", default=1)
    cnn2d_data_format: ImageFormat = key("Order of the axes, the input's.", default="nchw", spelling="upper")

    def seen(self, W: Array) -> Array:
        return W.transposed(0, 2, 3, 1)

    def weights(self) -> list[Param]:
        assert self.n_in is not None
        shape = (self.n_in, self.n_out, *self.kernel_size)
        return [Param.weight("W", shape, order="c", fans=self.fans(self.n_in, self.n_out))]


@layer("deconvolution3d", java="org.deeplearning4j.nn.conf.layers.Deconvolution3D")
class Deconvolution3D(Deconvolved):
    """``y[.., o, window of place] += sum over i: x[.., i, place] W[taps, o, i]``, then bias and activation.

    Input ``[batch, n_in, depth, height, width]``, output likewise with `n_out` channels (or channels last). Parameters
    ``b [n_out]``, ``W [*kernel, n_out, n_in]``.
    """

    summary_name: ClassVar[str] = "Deconvolution3DLayer"
    takes: ClassVar[type[Spatial]] = Convolutional3D
    layout: ClassVar[str] = "data_format"
    json_constants: ClassVar[dict[str, Any]] = {"cnn2dDataFormat": "NCHW", "timeDistributedFormat": None}

    kernel_size: Triple = key("Depth, height and width of a window.", default=2)
    stride: Triple = key("Places of the output from a window to the next.", default=1)
    padding: CountTriple = key("Places cut off before and after each axis.", default=0)
    dilation: Triple = key("Places from a tap of a window to the next.", default=1)
    data_format: VolumeFormat = key("Order of the axes, the input's.", default="ncdhw", spelling="upper")

    def seen(self, W: Array) -> Array:
        return W.transposed(4, 0, 1, 2, 3)

    def weights(self) -> list[Param]:
        assert self.n_in is not None
        shape = (*self.kernel_size, self.n_out, self.n_in)
        return [Param.weight("W", shape, order="c", fans=self.fans(self.n_in, self.n_out))]


def inverted(table: np.ndarray, size: int) -> np.ndarray:
    """For each of `size` places the windows that see it, -1 where there are fewer: `[places, most]`."""
    place, window = table.ravel(), np.repeat(np.arange(len(table)), table.shape[1])
    order = np.argsort(place, kind="stable")
    place, window = place[order], window[order]
    place, window = place[place >= 0], window[place >= 0]
    rank = np.arange(len(place)) - np.searchsorted(place, place)
    seen = np.full((size, int(rank.max(initial=0)) + 1), -1)
    seen[place, rank] = window
    return seen
