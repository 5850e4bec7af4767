"""Global pooling: each channel of a whole sequence, image or volume as one number."""

from math import prod
from typing import Annotated, Any, ClassVar, Self

import numpy as np

from dl4py.errors import ShapeError, UnsupportedFeature
from dl4py.kernels.jit import kernel
from dl4py.kernels.move import copy_any
from dl4py.kernels.pool import power
from dl4py.layers.base import NO_PARAMETERS, Layer, layer
from dl4py.layers.images import resized, sizes
from dl4py.layers.subsampling import PoolingType
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.preprocessors import Preprocessor
from dl4py.preprocessors.automatic import before_pooling
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward, Recurrent, Shape, said
from dl4py.spec import AsTuple, Count, Flag, Size, key


@layer("global_pooling", java="org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer")
class GlobalPooling(Layer):
    """``y_c = pool over all places of x_c``: maximum, mean, sum, or ``(sum |x|^p)^(1/p)``.

    Input ``[batch, size, time]``, ``[batch, channels, height, width]`` or a volume; output ``[batch, channels]``, or
    with `collapse_dimensions` off the same axes, each of size 1. Masked places do not count; the mean is over the rest.
    """

    summary_name: ClassVar[str] = "GlobalPoolingLayer"
    json_constants: ClassVar[dict[str, Any]] = NO_PARAMETERS

    pooling_type: PoolingType = key("`max`, `avg` (mean), `sum` or `pnorm`.", default="max", spelling="upper")
    pooling_dimensions: Annotated[tuple[Count, ...] | None, AsTuple] = key(
        "Axes that are pooled, counted with the batch; all of time or space.", default=None, hidden=True
    )
    pnorm: Size = key("The p of `pnorm`.", default=2)
    collapse_dimensions: Flag = key("Leave the pooled axes out.", default=True)

    def given(self, shape: Shape) -> Self:
        if not isinstance(shape, Recurrent | Convolutional | Convolutional3D):
            raise ShapeError(
                f"layer `{self.name}` ({self.type}) takes sequences, images or volumes, its input is {said(shape)}",
                at=self.mark(),
                hint="leave the layer out: rows have nothing to pool",
            )
        all_of = tuple(1 + i for i, n in enumerate(_order(shape)) if n != "c")
        if self.pooling_dimensions is not None and set(self.pooling_dimensions) != set(all_of):
            raise UnsupportedFeature(
                f"layer `{self.name}` pools the axes {list(self.pooling_dimensions)} of {said(shape)}",
                at=self.mark("pooling_dimensions"),
                hint=f"leave `pooling_dimensions` out: {list(all_of)} are pooled",
            )
        return self.but(pooling_dimensions=all_of) if isinstance(shape, Convolutional) else self

    def wanted(self, given: Shape) -> Preprocessor | None:
        return before_pooling(given)

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Recurrent | Convolutional | Convolutional3D)
        if not self.collapse_dimensions:
            return resized(given, (1,) * len(sizes(given)))
        return FeedForward(given.size, given.format) if isinstance(given, Recurrent) else FeedForward(given.channels)

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return None

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        xs, mask = _examples(x), self._mask(e, x)
        y = e.array(xs.rows, xs.shape[2], name="y")

        share = self._share(e, mask)
        if self.pooling_type == "max":
            e(maximum, xs, mask, y)
        elif self.pooling_type == "pnorm":
            e(norm, xs, mask, y, self.pnorm)
        else:
            e(total, xs, mask, share, y)
        out = y if self.collapse_dimensions else y.reshape(*_single(x))

        def backward(dy: Array) -> Array | None:
            if not x.needs_gradient:
                return None
            dx = e.like(x, "dx")
            dys, dxs = dy.reshape(*y.shape), _examples(dx)
            if self.pooling_type == "max":
                e(maximum_backward, xs, mask, y, dys, dxs)
            elif self.pooling_type == "pnorm":
                e(norm_backward, xs, mask, y, dys, dxs, self.pnorm)
            else:
                e(total_backward, mask, share, dys, dxs)
            return dx

        return out, backward

    def _share(self, e: Emitter, mask: Array) -> Array:
        """The factor of each example's sum, `[batch, 1]`: 1, or one over what the mask adds up to."""
        if self.pooling_type != "avg":
            return e.constant(np.ones((mask.rows, 1)))
        share = e.array(mask.rows, 1, name="share")
        if e.mask is not None and len(e.mask.shape) > 2 and e.quirk(42):
            mask = e.mask.reshape(mask.rows, e.mask.size // mask.rows)
        e(inverse_sum, mask, share)
        return share

    def _mask(self, e: Emitter, x: Array) -> Array:
        """The mask as `[batch, places]`, of ones where there is none."""
        batch, places, _ = _examples(x).shape
        if e.mask is None:
            return e.constant(np.ones((batch, places)))
        if len(x.shape) == 3:
            return e.mask.T
        full = e.array(batch, *(x.shape[1:-1] if len(e.mask.shape) > 2 else (places,)), name="mask")
        e(copy_any, e.mask.reshape(*e.mask.shape[: len(full.shape)]), full)
        return full.reshape(batch, places)


def _order(shape: Recurrent | Convolutional | Convolutional3D) -> str:
    """The letters of the axes behind the batch."""
    return shape.format.lower().removeprefix("n")


def _examples(x: Array) -> Array:
    """`x` as `[batch, places, channels]`."""
    if len(x.shape) == 3:
        return x.transposed(1, 0, 2)
    return x.reshape(x.shape[0], prod(x.shape[1:-1]), x.shape[-1])


def _single(x: Array) -> tuple[int, ...]:
    """The shape of `x` with a single place."""
    if len(x.shape) == 3:
        return (1, *x.shape[1:])
    return (x.shape[0], *(1 for _ in x.shape[1:-1]), x.shape[-1])


@kernel("b p n, b p -> b n", split=True)
def maximum(x, mask, y):
    """``y = max x`` over the places that are not masked, NaN where one is; 0 where all are masked."""
    for b in range(x.shape[0]):
        empty = True
        for c in range(x.shape[2]):
            y[b, c] = 0.0
        for i in range(x.shape[1]):
            if mask[b, i] == 0.0:
                continue
            for c in range(x.shape[2]):
                a = x[b, i, c]
                if empty or a > y[b, c] or a != a:
                    y[b, c] = a
            empty = False


@kernel("b p n, b p, b n, b n* -> b p n", split=True)
def maximum_backward(x, mask, y, dy, dx):
    """Gives ``dy`` to the first place that holds the maximum; leaves 0 in ``dy``."""
    for b in range(x.shape[0]):
        for i in range(x.shape[1]):
            for c in range(x.shape[2]):
                dx[b, i, c] = 0.0
                if mask[b, i] != 0.0 and x[b, i, c] == y[b, c]:
                    dx[b, i, c] = dy[b, c]
                    dy[b, c] = 0.0


@kernel("b p -> b one", split=True)
def inverse_sum(mask, share):
    """``share = 1 / sum mask``; 0 where all is masked."""
    for b in range(mask.shape[0]):
        present = 0.0
        for i in range(mask.shape[1]):
            present += mask[b, i]
        share[b, 0] = 1.0 / present if present != 0.0 else 0.0


@kernel("b p n, b p, b one -> b n", split=True)
def total(x, mask, share, y):
    """``y = share sum mask x``."""
    for b in range(x.shape[0]):
        for c in range(x.shape[2]):
            y[b, c] = 0.0
        for i in range(x.shape[1]):
            m = mask[b, i]
            if m != 0.0:
                for c in range(x.shape[2]):
                    y[b, c] += m * x[b, i, c]
        for c in range(x.shape[2]):
            y[b, c] *= share[b, 0]


@kernel("b p, b one, b n -> b p n", split=True)
def total_backward(mask, share, dy, dx):
    """``dx = mask share dy``."""
    for b in range(dx.shape[0]):
        for i in range(dx.shape[1]):
            for c in range(dx.shape[2]):
                dx[b, i, c] = mask[b, i] * share[b, 0] * dy[b, c]


@kernel("b p n, b p -> b n", split=True)
def norm(x, mask, y, p: int):
    """``y = (sum |mask x|^p)^(1/p)``."""
    root = x.dtype.type(1.0) / x.dtype.type(p)
    for b in range(x.shape[0]):
        for c in range(x.shape[2]):
            y[b, c] = 0.0
        for i in range(x.shape[1]):
            m = mask[b, i]
            if m != 0.0:
                for c in range(x.shape[2]):
                    y[b, c] += power(abs(m * x[b, i, c]), p)
        for c in range(x.shape[2]):
            y[b, c] = y[b, c] ** root


@kernel("b p n, b p, b n, b n -> b p n", split=True)
def norm_backward(x, mask, y, dy, dx, p: int):
    """``dx = dy mask sign(mask x) (|mask x| / y)^(p - 1)``; 0 where the norm is 0."""
    for b in range(x.shape[0]):
        for i in range(x.shape[1]):
            m = mask[b, i]
            for c in range(x.shape[2]):
                dx[b, i, c] = 0.0
                if m != 0.0 and y[b, c] != 0.0:
                    a = m * x[b, i, c]
                    dx[b, i, c] = dy[b, c] * m * np.sign(a) * power(abs(a) / y[b, c], p - 1)
