"""Convolution of sequences, images and volumes."""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar, Literal, Self

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.layers.base import TrainableLayer, layer
from dl4py.layers.columns import Grid, correlate, packed, space
from dl4py.layers.dense import activated
from dl4py.layers.images import ImageFormat, Spatial, VolumeFormat, checked, resized, sizes
from dl4py.layers.window import ConvolutionModeKey, Sliding
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.preprocessors import Preprocessor
from dl4py.shapes import Convolutional, Convolutional3D, Recurrent, Shape, said
from dl4py.spec import Count, CountPair, CountTriple, Flag, Pair, Size, Thing, Triple, key

AXES = {Recurrent: ("time",), Convolutional: ("height", "width"), Convolutional3D: ("depth", "height", "width")}


class CudnnKeys(Thing):
    """What DL4J tells a graphics card; kept for it."""

    cudnn_algo_mode: Literal["no_workspace", "prefer_fastest", "user_specified"] = key(
        "Kept for DL4J.", default="prefer_fastest", spelling="upper", hidden=True
    )
    cudnn_allow_fallback: Flag = key("Kept for DL4J.", default=True, hidden=True)
    cudnn_fwd_algo: str | None = key("Kept for DL4J.", default=None, hidden=True)
    cudnn_bwd_data_algo: str | None = key("Kept for DL4J.", default=None, hidden=True)
    cudnn_bwd_filter_algo: str | None = key("Kept for DL4J.", default=None, hidden=True)


class ConvolutionalLayer(TrainableLayer, ConvolutionModeKey, CudnnKeys):
    """A layer with weights that see windows of its input; `takes` says of what, `layout` which key orders its axes.

    The bias comes first in the flat vector; `bias_named_last` tells where DL4J names it behind the weights.
    """

    takes: ClassVar[type[Spatial]] = Convolutional
    layout: ClassVar[str] = "cnn2d_data_format"
    bias_named_last: ClassVar[tuple[str, ...]] = ("variables",)
    json_constants: ClassVar[dict[str, Any]] = {"timeDistributedFormat": None}

    n_in: Size | None = key("Channels of the input; found when absent.", default=None, json="nin")
    has_bias: Flag = key("Add a bias for each channel.", default=True)

    @property
    def channels(self) -> int:
        """Channels of the output."""
        raise NotImplementedError

    @property
    def sliding(self) -> Sliding:
        """The windows."""
        axes = AXES[self.takes]
        numbers = [getattr(self, name) for name in ("kernel_size", "stride", "padding", "dilation")]
        kernel, stride, padding, dilation = (n if isinstance(n, tuple) else (n,) for n in numbers)
        return Sliding(self, axes, kernel, stride, padding, dilation, self.convolution_mode)

    def given(self, shape: Shape) -> Self:
        found = checked(self, shape, self.takes)
        many = found.size if isinstance(found, Recurrent) else found.channels
        if self.n_in is not None and self.n_in != many:
            raise ShapeError(
                f"layer `{self.name}` has n_in {self.n_in}, but its input has {many} channels",
                at=self.mark("n_in"),
                hint=f"write `n_in: {many}`, or leave it out",
            )
        written = getattr(self, self.layout)
        if self.layout in self.model_fields_set and written is not None and written != found.format.lower():
            raise ShapeError(
                f"layer `{self.name}` has {self.layout} {written}, its input is {said(found)}",
                at=self.mark(self.layout),
                hint=f"leave `{self.layout}` out: the network's input decides",
            )
        fed = self.but(**{"n_in": many, self.layout: found.format.lower()})
        return fed.but(n_out=fed.channels)

    def wanted(self, given: Shape) -> Preprocessor | None:
        from dl4py.preprocessors.automatic import before_images, before_sequences

        if self.takes is Recurrent:
            return before_sequences(given, getattr(self, self.layout))
        return before_images(given) if self.takes is Convolutional else None

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Spatial)
        return resized(given, self.output_sizes(sizes(given)), self.channels)

    def output_sizes(self, given: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Sizes of the output's axes; None for a length that varies."""
        known = [size for size in given if size is not None]
        return tuple(w.out for w in self.sliding.windows(known)) if len(known) == len(given) else given

    def params(self) -> list[Param]:
        last = Param.bias("b", (self.channels,), self.bias_init).but(named_last=self.bias_named_last)
        return ([last] if self.has_bias else []) + self.weights()

    def weights(self) -> list[Param]:
        """The weights, in DL4J's order."""
        raise NotImplementedError

    def fans(self, n_in: int, n_out: int) -> tuple[float, float]:
        """``(n_in taps, n_out taps / strides)``: what weight initializers take for widths."""
        taps = prod(self.sliding.kernel)
        return float(n_in * taps), n_out * taps / prod(self.sliding.stride)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        (z, back), shape = self.pre_output(e, x, p)
        if "b" in p:
            e(k.rows.add_row, z, p.b)

        def pre_output_backward(dz: Array) -> Array | None:
            if "b" in p:
                e(k.rows.sum_rows, dz, p.b.gradient)
            return back(dz)

        y, rows_backward = activated(e, (z, pre_output_backward), self.activation)

        def backward(dy: Array) -> Array | None:
            dx = rows_backward(dy.reshape(*y.shape))
            return dx.reshape(*x.shape) if dx else None

        return y.reshape(*shape), backward

    def pre_output(self, e: Emitter, x: Array, p: Params) -> tuple[tuple[Array, Backward], tuple[int, ...]]:
        """Records ``z [places, channels]`` without bias, with its backward; and the shape that the output has."""
        raise NotImplementedError


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

    def pre_output(self, e: Emitter, x: Array, p: Params) -> tuple[tuple[Array, Backward], tuple[int, ...]]:
        grid = Grid.over(x.shape, self.sliding.windows(space(x)))
        W = packed(e, self.seen(p.W))
        z, back = correlate(e, grid, grid.lifted(x), W.reshape(W.size // self.n_out, self.n_out))

        def backward(dz: Array) -> Array | None:
            dW = e.like(W, "dW")
            dx = back(dz, dW.reshape(W.size // self.n_out, self.n_out))
            e(k.move.copy_any, dW, self.seen(p.W.gradient))
            return dx

        return (z, backward), grid.shaped(grid.out, x, self.n_out)


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
