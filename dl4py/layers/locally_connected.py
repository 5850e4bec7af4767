"""Locally connected layers: convolutions whose weights differ from place to place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any, ClassVar, Self

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.layers.activation import emit_activation
from dl4py.layers.base import layer
from dl4py.layers.columns import Grid, added_back, as_rows, gathered, packed, reshaped
from dl4py.layers.convolutional import WindowLayer, checked_channels
from dl4py.layers.images import ImageFormat, Spatial, checked, formatted, resized, sizes
from dl4py.layers.same_diff import BareActivation, SameDiffKeys, SameDiffLayer, known, taken_twice
from dl4py.layers.window import ConvolutionMode, Window
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.preprocessors import Preprocessor
from dl4py.shapes import Recurrent, Shape
from dl4py.spec import Count, CountPair, Flag, Pair, Size, key


class LocallyConnected(SameDiffKeys, WindowLayer, SameDiffLayer):
    """``y[place] = activation(window(x, place) W[place] + b)``."""

    after: ClassVar[str] = ""  # DL4J's name of the padding behind

    n_in: Size | None = key("Channels of the input; found when absent.", default=None, json="nin")
    n_out: Size = key("Channels of the output.", json="nout")
    activation: BareActivation = key("Function of the pre-output.", default="tanh", spelling="upper")
    has_bias: Flag = key("Add a bias for each channel, the same at all places.", default=True)
    convolution_mode: ConvolutionMode = key(
        "How windows fit, see `convolution`.", default="same", json="cm", spelling="pascal"
    )

    @property
    def places(self) -> tuple[int, ...]:
        """Sizes of the input's axes."""
        found = getattr(self, "input_size")  # noqa: B009 - the key of the ranks
        return found if isinstance(found, tuple) else (found,)

    @property
    def windows(self) -> tuple[Window, ...]:
        """The windows over the input."""
        return self.sliding.windows(self.places)

    def given(self, shape: Shape) -> Self:
        found = checked(self, shape, self.takes)
        many = checked_channels(self, self.n_in, found)
        places = tuple(n for n in sizes(found) if n is not None)
        if not places:
            raise ShapeError(
                f"layer `{self.name}` ({self.type}) has weights for each step, and must know their number",
                at=self.mark(),
                hint="give the network's `input` a length: `input: {type: recurrent, size: ..., time: ...}`",
            )
        if self.places not in ((None,), places):
            raise ShapeError(
                f"layer `{self.name}` ({self.type}) has weights for inputs of {_by(self.places)}, found {_by(places)}",
                at=self.mark("input_size"),
                hint="leave `input_size` out, and give it inputs of one size only",
            )
        size = places if len(places) > 1 else places[0]
        fed = self.but(n_in=many, input_size=size, **formatted(self, found, "data_format"))
        assert fed.windows
        return fed

    def expected(self) -> Shape | None:
        return Recurrent(self.n_in, self.places[0]) if self.n_in and self.takes is Recurrent else None

    def wanted(self, given: Shape) -> Preprocessor | None:
        from dl4py.preprocessors.automatic import before_images, before_sequences

        return before_sequences(given, "ncw") if self.takes is Recurrent else before_images(given)

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Spatial)
        return resized(given, self.output_sizes(sizes(given)), self.n_out)

    def params(self) -> list[Param]:
        n_in, _ = known(self, "n_in", "input_size")
        taps = prod(self.sliding.kernel)
        fans = (float(n_in * taps), self.n_out * taps / prod(self.sliding.stride))
        shape = (prod(w.out for w in self.windows), n_in * taps, self.n_out)
        bias = [Param.bias("b", (self.n_out,))] if self.has_bias else []
        return [Param.weight("W", shape, order="c", fans=fans), *bias]

    def windows_by_place(self, cols: Array, grid: Grid) -> Array:
        """Rows of windows as `[place, place, batch, values]`, in the order of the weights."""
        raise NotImplementedError

    def outputs_by_place(self, z: Array) -> Array:
        """The pre-output as `[place, place, batch, n_out]`, in the order of the weights."""
        raise NotImplementedError

    def emit_all(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        windows = self.windows
        seen = [replace(w, dilation=1) for w in windows] if e.quirk(39) else windows
        z, back = self._products(e, x, p, Grid.over(x.shape, seen), [w.out for w in windows])
        if "b" in p:
            e(k.rows.add_row, as_rows(z), p.b)
        y, activation_backward = emit_activation(e, z, self.activation)

        def backward(dy: Array) -> Array | None:
            dz = activation_backward(taken_twice(e, dy))
            assert dz is not None
            if "b" in p:
                e(k.rows.sum_rows, as_rows(dz), p.b.gradient)
            return back(dz)

        return y, backward

    def _products(self, e: Emitter, x: Array, p: Params, grid: Grid, out: Sequence[int]) -> tuple[Array, Backward]:
        cols = gathered(e, grid, grid.lifted(x), 0, grid.batch)
        z = e.array(*reshaped(x.shape, out, self.n_out), name="z")
        at = self.windows_by_place(cols, grid)
        weights = packed(e, self._taps_first(p.W))
        W = weights.reshape(*at.shape[:2], cols.columns, self.n_out)
        e(k.gemm.products, at, W, self.outputs_by_place(z))

        def backward(dz: Array) -> Array | None:
            dzs, dweights = self.outputs_by_place(dz), e.like(weights, "dW")
            e(k.gemm.products, at.transposed(0, 1, 3, 2), dzs, dweights.reshape(*W.shape))
            e(k.move.copy_any, dweights, self._taps_first(p.W.gradient))
            if not x.needs_gradient:
                return None
            dcols, dx = e.like(cols, "dcols"), e.like(x, "dx")
            e(k.gemm.products, dzs, W.transposed(0, 1, 3, 2), self.windows_by_place(dcols, grid))
            added_back(e, grid, dcols, grid.lifted(dx), 0, grid.batch)
            return dx

        return z, backward

    def _taps_first(self, W: Array) -> Array:
        """``[places, n_in * taps, n_out]`` as `[places, *kernel, n_in, n_out]`, the order of values in a window."""
        kernel = self.sliding.kernel
        axes = len(kernel)
        split = W.reshape(W.rows, W.columns // prod(kernel), *kernel, self.n_out)
        return split.transposed(0, *range(2, 2 + axes), 1, 2 + axes)

    def json_beside(self) -> dict[str, Any]:
        windows = self.windows
        ends = [max((w.out - 1) * w.stride + w.span - w.size - w.begin, 0) for w in windows]
        padding, after = [w.begin for w in windows], ends if self.convolution_mode == "same" else None
        found = {"outputSize": [w.out for w in windows], "padding": padding, self.after: after}
        taps = prod(self.sliding.kernel)
        single = self.takes is Recurrent
        return {
            **super().json_beside(),
            **{name: (value[0] if value else 0) if single else value for name, value in found.items()},
            "featureDim": (self.n_in or 0) * taps,
        }

    @classmethod
    def from_dl4j(cls, values: dict[str, Any]) -> dict[str, Any]:
        found = super().from_dl4j(values)
        if found.get("convolution_mode", "same") == "same":
            found.pop("padding", None)  # what DL4J computed
        return {name: value for name, value in found.items() if (name, value) != ("input_size", 0)}


@layer("locally_connected1d", java="org.deeplearning4j.nn.conf.layers.LocallyConnected1D")
class LocallyConnected1D(LocallyConnected):
    """``y[.., t] = activation(window(x, t) W[t] + b)``: each step has weights of its own.

    Input ``[time, batch, n_in]``, of one length, output ``[time', batch, n_out]``. Parameters
    ``W [time', n_in kernel, n_out]``, a window's values channel by channel, ``b [n_out]``.
    LeCun, "Generalization and network design strategies", 1989.
    """

    takes: ClassVar[type[Spatial]] = Recurrent
    after: ClassVar[str] = "paddingR"

    kernel_size: Size = key("Steps of a window.", default=2, json="kernel")
    stride: Size = key("Steps from a window to the next.", default=1)
    padding: Count = key("Zeros before and after the sequence.", default=0)
    dilation: Size = key("Steps from a tap of a window to the next.", default=1)
    input_size: Size | None = key("Length of the input; found when absent.", default=None)

    def windows_by_place(self, cols: Array, grid: Grid) -> Array:
        _, steps, batch = grid.out
        return cols.reshape(1, steps, batch, cols.columns)

    def outputs_by_place(self, z: Array) -> Array:
        return z.reshape(1, *z.shape)


@layer("locally_connected2d", java="org.deeplearning4j.nn.conf.layers.LocallyConnected2D")
class LocallyConnected2D(LocallyConnected):
    """``y[.., h, w] = activation(window(x, place) W[w_out h + w] + b)``: each place has weights of its own.

    The place of the window is not that of its output: DL4J counts windows down the columns, ``p = h_out column + row``,
    and outputs along the rows, ``p = w_out h + w``. It decides what a file predicts, so it holds always; square outputs
    are transposed. Input ``[batch, height, width, n_in]``, output ``[batch, h_out, w_out, n_out]``. Parameters
    ``W [h_out w_out, n_in kernel height kernel width, n_out]``, a window's values channel by channel, ``b [n_out]``.
    LeCun, "Generalization and network design strategies", 1989.
    """

    after: ClassVar[str] = "paddingBr"

    kernel_size: Pair = key("Height and width of a window.", default=2, json="kernel")
    stride: Pair = key("Places from a window to the next.", default=1)
    padding: CountPair = key("Zeros before and after each axis.", default=0)
    dilation: Pair = key("Places from a tap of a window to the next.", default=1)
    input_size: Pair | None = key("Height and width of the input; found when absent.", default=None)
    data_format: ImageFormat = key("Order of the axes, the input's.", default="nchw", json="format", spelling="upper")

    def windows_by_place(self, cols: Array, grid: Grid) -> Array:
        _, height, width = grid.out
        return cols.reshape(grid.batch, height, width, cols.columns).transposed(2, 1, 0, 3)

    def outputs_by_place(self, z: Array) -> Array:
        batch, height, width, channels = z.shape
        return z.reshape(batch, width, height, channels).transposed(1, 2, 0, 3)


def _by(numbers: Sequence[int]) -> str:
    return " x ".join(map(str, numbers))
