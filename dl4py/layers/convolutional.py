"""What convolutions share: channels, windows, bias and activation, masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any, ClassVar, Literal, Self

import numpy as np

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.layers.activation import emit_activation
from dl4py.layers.base import Layer, TrainableLayer
from dl4py.layers.columns import as_rows, extent, reshaped
from dl4py.layers.images import Spatial, as_places, checked, full_mask, narrowed, resized, sizes
from dl4py.layers.window import ConvolutionModeKey, Sliding, Window
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.preprocessors import Preprocessor
from dl4py.shapes import Convolutional, Convolutional3D, Recurrent, Shape, said
from dl4py.spec import Flag, Size, Thing, key

AXES = {Recurrent: ("time",), Convolutional: ("height", "width"), Convolutional3D: ("depth", "height", "width")}


class CudnnKeys(Thing):
    """What DL4J tells a graphics card; kept for it, but for the algorithm, which counts here too."""

    cudnn_algo_mode: Literal["no_workspace", "prefer_fastest", "user_specified"] = key(
        "`prefer_fastest` (and `user_specified`) computes windows of 3 x 3 in Winograd's way where that is faster, "
        "`no_workspace` all windows as they are: about half the rounding error, and no scratch memory.",
        default="prefer_fastest",
        spelling="upper",
    )
    cudnn_allow_fallback: Flag = key("Kept for DL4J.", default=True, hidden=True)
    cudnn_fwd_algo: str | None = key("Kept for DL4J.", default=None, hidden=True)
    cudnn_bwd_data_algo: str | None = key("Kept for DL4J.", default=None, hidden=True)
    cudnn_bwd_filter_algo: str | None = key("Kept for DL4J.", default=None, hidden=True)


class WindowLayer(Layer):
    """A layer that sees windows of its input.

    A masked place counts as 0; what sees no other is 0 and masked. DL4J ignores masks here (quirk 17).
    """

    takes: ClassVar[type[Spatial]] = Convolutional

    @property
    def sliding(self) -> Sliding:
        """The windows."""
        axes = AXES[self.takes]
        numbers = [getattr(self, name) for name in ("kernel_size", "stride", "padding", "dilation")]
        kernel, stride, padding, dilation = (n if isinstance(n, tuple) else (n,) for n in numbers)
        return Sliding(self, axes, kernel, stride, padding, dilation, self.convolution_mode)  # type: ignore[attr-defined]

    def output_sizes(self, given: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Sizes of the output's axes; None for a length that varies."""
        known = [size for size in given if size is not None]
        return tuple(w.out for w in self.sliding.windows(known)) if len(known) == len(given) else given

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        image = full_mask(e, mask) if mask is not None else None
        if mask is None or image is None:
            return mask
        y = narrowed(e, mask, self.moved_mask(e, image))
        return y.reshape(*y.shape[: len(mask.shape)])

    def moved_mask(self, e: Emitter, mask: Array) -> Array:
        """The mask of the output, for a mask with one channel.

        With padding to the same size places stay where they are; else a place is covered where all that it sees is.
        """
        sliding = self.sliding
        if sliding.mode in ("same", "causal") and set(sliding.stride) == {1}:
            return mask
        table = self.seen_places(extent(mask))
        if sliding.mode == "causal" and e.quirk(54):
            table = table_of(replace(sliding, mode="same").windows(extent(mask)))
        y = e.array(*reshaped(mask.shape, self.output_sizes(extent(mask)), 1), name="mask")
        e(k.pool.maximum, as_places(mask), e.constant(table, "int32"), as_places(y))
        return y

    def seen_places(self, given: tuple[int, ...]) -> np.ndarray:
        """For each place of the output the places of the input that it sees, -1 for outside: `[out, taps]`."""
        return table_of(self.sliding.windows(given))

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        mask = None if e.mask is None or e.quirk(17) else full_mask(e, e.mask)
        if mask is None:
            return self.emit_all(e, x, p)
        clean = e.like(x, "clean")
        clean.needs_gradient = x.needs_gradient
        e(k.move.copy_any, x, clean)
        hide(e, clean, mask)
        y, emitted_backward = self.emit_all(e, clean, p)
        seen = self.moved_mask(e, mask)
        hide(e, y, seen)

        def backward(dy: Array) -> Array | None:
            hide(e, dy, seen)
            dx = emitted_backward(dy)
            if dx is not None:
                hide(e, dx, mask)
            return dx

        return y, backward

    def emit_all(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        """As `emit`, whatever is masked."""
        raise NotImplementedError


class ConvolutionalLayer(WindowLayer, TrainableLayer, ConvolutionModeKey, CudnnKeys):
    """A layer with weights that see windows of its input; `takes` says of what, `layout` which key orders its axes.

    The bias comes first in the flat vector; `bias_named_last` tells where DL4J names it behind the weights.
    """

    layout: ClassVar[str] = "cnn2d_data_format"
    bias_named_last: ClassVar[tuple[str, ...]] = ("variables",)
    json_constants: ClassVar[dict[str, Any]] = {"timeDistributedFormat": None}

    n_in: Size | None = key("Channels of the input; found when absent.", default=None, json="nin")
    has_bias: Flag = key("Add a bias for each channel.", default=True)

    @property
    def channels(self) -> int:
        """Channels of the output."""
        raise NotImplementedError

    def given(self, shape: Shape) -> Self:
        found = checked(self, shape, self.takes)
        many = checked_channels(self, self.n_in, found)
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

    def params(self) -> list[Param]:
        last = Param.bias("b", (self.channels,), self.bias_init).but(named_last=self.bias_named_last)
        return ([last] if self.has_bias else []) + [weight.but(listed="c") for weight in self.weights()]

    def weights(self) -> list[Param]:
        """The weights, in DL4J's order."""
        raise NotImplementedError

    def fans(self, n_in: int, n_out: int) -> tuple[float, float]:
        """``(n_in taps, n_out taps / strides)``: what weight initializers take for widths."""
        taps = prod(self.sliding.kernel)
        return float(n_in * taps), n_out * taps / prod(self.sliding.stride)

    def emit_all(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        z, back = self.pre_output(e, x, p)
        if "b" in p:
            e(k.rows.add_row, as_rows(z), p.b)
        y, activation_backward = emit_activation(e, z, self.activation)

        def backward(dy: Array) -> Array | None:
            dz = activation_backward(dy)
            assert dz is not None
            if "b" in p:
                e(k.rows.sum_rows, as_rows(dz), p.b.gradient)
            dx = back(dz)
            return dx.reshape(*x.shape) if dx is not None else None

        return y, backward

    def pre_output(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        """Records ``z`` without bias, shaped as the output, and gives it with its backward."""
        raise NotImplementedError


def checked_channels(layer: Layer, n_in: int | None, given: Spatial, name: str = "n_in") -> int:
    """Channels of the input, the same as the key `name` where that is written."""
    many = given.size if isinstance(given, Recurrent) else given.channels
    if n_in not in (None, many):
        raise ShapeError(
            f"layer `{layer.name}` has {name} {n_in}, but its input has {many} channels",
            at=layer.mark(name),
            hint=f"write `{name}: {many}`, or leave it out",
        )
    return many


def hide(e: Emitter, x: Array, mask: Array) -> None:
    """``x = 0`` where the mask, one channel, covers it."""
    e(k.rows.mask_rows, as_rows(x), as_rows(mask))


def table_of(windows: Sequence[Window]) -> np.ndarray:
    """For each window the places that it sees, -1 for outside: `[windows, taps]`."""
    from dl4py.kernels.pool import places

    names = ("size", "out", "kernel", "stride", "begin", "dilation")
    return places(*([getattr(w, name) for w in windows] for name in names))
