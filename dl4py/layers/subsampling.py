"""Pooling of sequences, images and volumes."""

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator

from dl4py import kernels as k
from dl4py.errors import InvalidValue
from dl4py.kernels.jit import kernel
from dl4py.layers.base import NO_PARAMETERS, layer
from dl4py.layers.columns import as_rows
from dl4py.layers.images import (
    ImageFormat,
    Spatial,
    SpatialLayer,
    VolumeFormat,
    as_places,
    full_mask,
    resized,
    sizes,
    space,
)
from dl4py.layers.window import ConvolutionMode, ConvolutionModeKey, Sliding, Window
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Convolutional3D, Recurrent, Shape
from dl4py.spec import Count, CountPair, CountTriple, Flag, Pair, Positive, Triple, key

PoolingType = Literal["max", "avg", "sum", "pnorm"]
CUDNN: dict[str, Any] = {**NO_PARAMETERS, "cudnnAllowFallback": True}


class Pooling(SpatialLayer, ConvolutionModeKey):
    """A layer that sums up each window of each channel in one number.

    Masked places do not count; DL4J counts them (quirk 17). A window is masked where all of it is, or where its own
    place is when padding keeps the size.
    """

    axes: ClassVar[tuple[str, ...]] = ("height", "width")

    pooling_type: PoolingType = key(
        "`max`, `avg` (mean), `sum`, or `pnorm`: (sum |x|^p)^(1/p).", default="max", spelling="upper"
    )

    @property
    def sliding(self) -> Sliding:
        """The windows."""
        n = len(self.axes)
        kernel, stride, padding, dilation = (
            getattr(self, name)[:n] for name in ("kernel_size", "stride", "padding", "dilation")
        )
        return Sliding(self, self.axes, kernel, stride, padding, dilation, self.convolution_mode)

    @property
    def norm(self) -> int:
        """The p of `pnorm`."""
        p: int = getattr(self, "pnorm", 0)
        if self.pooling_type == "pnorm" and p < 1:
            raise InvalidValue(
                f"layer `{self.name}` ({self.type}) pools by a p-norm, but has no `pnorm`",
                at=self.mark("pooling_type"),
                hint="write `pnorm: 2`, or any whole number from 1",
            )
        return p

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Spatial)
        assert self.norm >= 0
        known = sizes(given)
        if known == (None,):
            return given
        return resized(given, tuple(w.out for w in self.sliding.windows(known)))  # type: ignore[arg-type]

    def moved_mask(self, e: Emitter, mask: Array) -> Array:
        if self.convolution_mode in ("same", "causal") and set(self.sliding.stride) == {1}:
            return mask  # places stay where they are
        windows, table = self._windows(mask)
        y = _like(e, mask, windows)
        e(k.pool.maximum, as_places(mask), e.constant(table, "int32"), as_places(y))
        return y

    def _windows(self, x: Array) -> tuple[tuple[Window, ...], np.ndarray]:
        from dl4py.kernels.pool import places

        ws = self.sliding.windows([x.shape[axis] for axis in space(x)])
        table = places(
            [w.size for w in ws],
            [w.out for w in ws],
            [w.kernel for w in ws],
            [w.stride for w in ws],
            [w.begin for w in ws],
            [w.dilation for w in ws],
        )
        return ws, table

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        mask = None if e.mask is None or e.quirk(17) else full_mask(e, e.mask)
        if mask is None:
            return self._pool(e, x)
        clean = e.like(x, "clean")
        clean.needs_gradient = x.needs_gradient
        e(cover, as_rows(x), as_rows(mask), as_rows(clean), -np.inf if self.pooling_type == "max" else 0.0)
        y, pooled_backward = self._pool(e, clean)
        factors = [as_rows(factor) for factor in self._factors(e, mask)]
        for factor in factors:
            e(k.rows.mask_rows, as_rows(y), factor)

        def backward(dy: Array) -> Array | None:
            for factor in factors:
                e(k.rows.mask_rows, as_rows(dy), factor)
            dx = pooled_backward(dy)
            if dx is not None:
                e(k.rows.mask_rows, as_rows(dx), as_rows(mask))
            return dx

        return y, backward

    def _factors(self, e: Emitter, mask: Array) -> list[Array]:
        """What the pool of what is not masked is multiplied by: the mask; a mean, also by places over those present."""
        seen = self.moved_mask(e, mask)
        if self.pooling_type != "avg" or self._counts_padding:
            return [seen]
        windows, table = self._windows(mask)
        present = _like(e, mask, windows)
        at, share = e.constant(table, "int32"), e.constant(self._share(table))
        e(k.pool.weighted_sum, as_places(mask), at, share, as_places(present))
        e(invert, present.flat)
        return [seen, present]

    def _pool(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        windows, table = self._windows(x)
        y = _like(e, x, windows)
        at, xs, ys = e.constant(table, "int32"), as_places(x), as_places(y)
        share = e.constant(self._share(table))
        whole = bool((table >= 0).all()) and x.shape[-1] >= k.pool.VECTOR
        if self.pooling_type == "max":
            e(k.pool.maximum_whole if whole else k.pool.maximum, xs, at, ys)
        elif self.pooling_type == "pnorm":
            e(k.pool.p_norm, xs, at, ys, self.norm)
        else:
            e(k.pool.weighted_sum, xs, at, share, ys)

        def backward(dy: Array) -> Array | None:
            if not x.needs_gradient:
                return None
            dx, dys = e.like(x, "dx"), as_places(dy)
            if self.pooling_type == "max" and whole and len(np.unique(table)) == table.size:
                e(k.pool.maximum_whole_backward, xs, at, ys, dys, as_places(dx), table.size == xs.columns)
            elif self.pooling_type == "max":
                e(k.pool.maximum_backward, xs, at, ys, dys, as_places(dx))
            elif self.pooling_type == "pnorm":
                e(k.pool.p_norm_backward, xs, at, ys, dys, as_places(dx), self.norm)
            else:
                e(k.pool.weighted_sum_backward, dys, at, share, as_places(dx))
            return dx

        return y, backward

    @property
    def _counts_padding(self) -> bool:
        return getattr(self, "avg_pool_include_pad_in_divisor", False)

    def _share(self, table: np.ndarray) -> np.ndarray:
        """The factor of each window's sum: 1, or one over the places that count."""
        if self.pooling_type == "sum":
            return np.ones(len(table))
        if self._counts_padding:
            return np.full(len(table), 1.0 / table.shape[1])
        return 1.0 / np.maximum((table >= 0).sum(axis=1), 1)


@kernel("b n, b one -> b n", split=True)
def cover(x, mask, y, value: float):
    """``y = x``, `value` where the mask is 0."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] if mask[i, 0] != 0.0 else value


@kernel("n*")
def invert(a):
    """``a = 1 / a``, 0 stays 0."""
    for i in range(a.shape[0]):
        a[i] = 1.0 / a[i] if a[i] != 0.0 else 0.0


def _like(e: Emitter, x: Array, windows: tuple[Window, ...]) -> Array:
    shape = list(x.shape)
    for axis, window in zip(space(x), windows, strict=True):
        shape[axis] = window.out
    return e.array(*shape, name="y")


def _alone(second: int) -> BeforeValidator:
    """DL4J pools a sequence as an image one column wide: a bare number is for time, the column has its own."""
    return BeforeValidator(lambda value: (value, second) if type(value) is int else value)


@layer("subsampling1d", java="org.deeplearning4j.nn.conf.layers.Subsampling1DLayer")
class Subsampling1D(Pooling):
    """``y_t = pool of x_(s t - p + d u)`` over the steps ``u`` of a window.

    Input ``[batch, size, time]``, output ``[batch, size, steps]``. DL4J's JSON has two numbers; the first counts.
    """

    summary_name: ClassVar[str] = "Subsampling1DLayer"
    json_constants: ClassVar[dict[str, Any]] = {**CUDNN, "cnn2dDataFormat": "NCHW"}
    takes: ClassVar[type[Spatial]] = Recurrent
    axes: ClassVar[tuple[str, ...]] = ("time",)

    kernel_size: Annotated[Pair, _alone(1)] = key("Steps of a window.", default=(2, 1))
    stride: Pair = key("Steps from window to window.", default=(1, 1))
    padding: Annotated[CountPair, _alone(0)] = key("Steps around, not counted as input.", default=(0, 0))
    dilation: Annotated[Pair, _alone(1)] = key("Steps from one place of a window to the next.", default=(1, 1))
    pnorm: Count = key("The p of `pnorm`.", default=0)
    eps: Positive = key("Kept for DL4J.", default=1e-8, hidden=True)
    avg_pool_include_pad_in_divisor: Flag = key("Count padding in the divisor of `avg`.", default=False)


@layer("subsampling", java="org.deeplearning4j.nn.conf.layers.SubsamplingLayer")
class Subsampling2D(Pooling):
    """``y[.., h, w] = pool of x[.., s h - p + d u, s w - p + d v]`` over the places ``u, v`` of a window.

    Input ``[batch, channels, height, width]``, output ``[batch, channels, rows, columns]``. What lies outside is never
    a maximum and adds nothing to a sum; the mean is over the places inside, unless `avg_pool_include_pad_in_divisor`.
    """

    summary_name: ClassVar[str] = "SubsamplingLayer"
    json_constants: ClassVar[dict[str, Any]] = CUDNN
    layout: ClassVar[str] = "cnn2d_data_format"

    kernel_size: Pair = key("Height and width of a window.", default=(1, 1))
    stride: Pair = key("Places from window to window.", default=(2, 2))
    padding: CountPair = key("Places around, not counted as input.", default=(0, 0))
    dilation: Pair = key("Places from one place of a window to the next.", default=(1, 1))
    pnorm: Count = key("The p of `pnorm`.", default=0)
    eps: Positive = key("Kept for DL4J.", default=1e-8, hidden=True)
    avg_pool_include_pad_in_divisor: Flag = key("Count padding in the divisor of `avg`.", default=False)
    cnn2d_data_format: ImageFormat = key("Order of the axes, the input's.", default="nchw", spelling="upper")


@layer("subsampling3d", java="org.deeplearning4j.nn.conf.layers.Subsampling3DLayer")
class Subsampling3D(Pooling):
    """``y = pool of x`` over windows of depth, height and width.

    Input ``[batch, channels, depth, height, width]``, output likewise. DL4J knows `max` and `avg` only.
    """

    summary_name: ClassVar[str] = "Subsampling3DLayer"
    json_constants: ClassVar[dict[str, Any]] = CUDNN
    takes: ClassVar[type[Spatial]] = Convolutional3D
    axes: ClassVar[tuple[str, ...]] = ("depth", "height", "width")

    pooling_type: Literal["max", "avg"] = key("`max`, or `avg` (mean).", default="max", spelling="upper")
    convolution_mode: ConvolutionMode = key(
        "How windows fit: `same`, `truncate` or `strict`.", default="same", spelling="pascal"
    )
    kernel_size: Triple = key("Depth, height and width of a window.", default=(1, 1, 1))
    stride: Triple = key("Places from window to window.", default=(2, 2, 2))
    padding: CountTriple = key("Places around, not counted as input.", default=(0, 0, 0))
    dilation: Triple = key("Places from one place of a window to the next.", default=(1, 1, 1))
    data_format: VolumeFormat = key("Order of the axes, the input's.", default="ncdhw", spelling="upper")
