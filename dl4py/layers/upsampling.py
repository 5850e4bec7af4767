"""Elements repeated: sequences, images and volumes made larger."""

from typing import ClassVar

import numpy as np

from dl4py import kernels as k
from dl4py.layers.base import layer
from dl4py.layers.images import ImageFormat, Spatial, SpatialLayer, VolumeFormat, as_places, resized, sizes, space
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Convolutional, Convolutional3D, Recurrent, Shape
from dl4py.spec import Pair, Triple, key


class Upsampling(SpatialLayer):
    """A layer that repeats each element along each axis."""

    @property
    def factors(self) -> tuple[int, ...]:
        """Repetitions along each axis."""
        many: tuple[int, ...] = self.size  # type: ignore[attr-defined]
        return many

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Spatial)
        return resized(
            given, tuple(None if n is None else n * s for n, s in zip(sizes(given), self.factors, strict=False))
        )

    def moved_mask(self, e: Emitter, mask: Array) -> Array:
        return repeated(e, mask, self.factors)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        def backward(dy: Array) -> Array | None:
            if not x.needs_gradient:
                return None
            dx = e.like(x, "dx")
            sums_of_blocks(e, dy, dx, self.factors)
            return dx

        return repeated(e, x, self.factors), backward


def repeated(e: Emitter, x: Array, factors: tuple[int, ...]) -> Array:
    """`x` with each element repeated along each axis of space: a copy that NumPy broadcasts."""
    shape, narrow, wide = list(x.shape), list(x.shape), list(x.shape)
    for axis, factor in reversed(list(zip(space(x), factors, strict=False))):
        shape[axis] *= factor
        narrow.insert(axis + 1, 1)
        wide.insert(axis + 1, factor)
    y = e.array(*shape, name="y")
    e(k.move.copy_any, x.reshape(*narrow), y.reshape(*wide))
    return y


def sums_of_blocks(e: Emitter, dy: Array, dx: Array, factors: tuple[int, ...]) -> None:
    """``dx``: the sum of ``dy`` over the places that show one element of ``x``."""
    from dl4py.kernels.pool import places

    table = places(
        [dy.shape[axis] for axis in space(dy)],
        [dx.shape[axis] for axis in space(dx)],
        factors[: len(space(dy))],
        factors[: len(space(dy))],
        (0, 0, 0)[: len(space(dy))],
        (1, 1, 1)[: len(space(dy))],
    )
    e(
        k.pool.weighted_sum,
        as_places(dy),
        e.constant(table, "int32"),
        e.constant(np.ones(len(table))),
        as_places(dx),
    )


@layer("upsampling1d", java="org.deeplearning4j.nn.conf.layers.Upsampling1D")
class Upsampling1D(Upsampling):
    """``y_t = x_(t // size)``.

    Input ``[batch, n, time]``, output ``[batch, n, size time]``. DL4J's JSON has two numbers; the first counts.
    """

    summary_name: ClassVar[str] = "Upsampling1D"
    takes: ClassVar[type[Spatial]] = Recurrent

    size: Pair = key("Repetitions of each step.", default=(2, 2))


@layer("upsampling2d", java="org.deeplearning4j.nn.conf.layers.Upsampling2D")
class Upsampling2D(Upsampling):
    """``y[.., h, w] = x[.., h // size_h, w // size_w]``.

    Input ``[batch, channels, height, width]``, output ``[.., size_h height, size_w width]``.
    """

    summary_name: ClassVar[str] = "Upsampling2D"
    takes: ClassVar[type[Spatial]] = Convolutional
    layout: ClassVar[str] = "format"

    size: Pair = key("Repetitions along height and width.", default=(2, 2))
    format: ImageFormat = key("Order of the axes, the input's.", default="nchw", spelling="upper")


@layer("upsampling3d", java="org.deeplearning4j.nn.conf.layers.Upsampling3D")
class Upsampling3D(Upsampling):
    """``y[.., d, h, w] = x[.., d // size_d, h // size_h, w // size_w]``.

    Input ``[batch, channels, depth, height, width]``, output ``[.., size_d depth, size_h height, size_w width]``.
    """

    summary_name: ClassVar[str] = "Upsampling3D"
    takes: ClassVar[type[Spatial]] = Convolutional3D

    size: Triple = key("Repetitions along depth, height and width.", default=(2, 2, 2))
    data_format: VolumeFormat = key("Order of the axes, the input's.", default="ncdhw", spelling="upper")
