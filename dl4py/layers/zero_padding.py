"""Zeros around sequences, images and volumes."""

from typing import ClassVar

from dl4py import kernels as k
from dl4py.layers.base import layer
from dl4py.layers.images import (
    Border,
    Ends,
    Faces,
    ImageFormat,
    Sides,
    Spatial,
    SpatialLayer,
    resized_by,
    space,
    within,
)
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Convolutional, Convolutional3D, Recurrent, Shape
from dl4py.spec import key


class ZeroPadding(SpatialLayer):
    """A layer that puts `padding` zeros before and after along each axis; what is put in is masked."""

    @property
    def border(self) -> Border:
        """Places before and after along each axis."""
        border: Border = self.padding  # type: ignore[attr-defined]
        return border

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Spatial)
        return resized_by(given, self.border)

    def moved_mask(self, e: Emitter, mask: Array) -> Array:
        return padded(e, mask, self.border)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        def backward(dy: Array) -> Array | None:
            if not x.needs_gradient:
                return None
            dx = e.like(x, "dx")
            e(k.move.copy_any, within(dy, self.border), dx)
            return dx

        return padded(e, x, self.border), backward


def padded(e: Emitter, x: Array, border: Border) -> Array:
    """`x` with zeros around it."""
    shape = list(x.shape)
    for i, axis in enumerate(space(x)):
        shape[axis] += border[2 * i] + border[2 * i + 1]
    y = e.array(*shape, name="y")
    e(k.rows.fill, y.flat, 0.0)
    e(k.move.copy_any, x, within(y, border))
    return y


@layer("zero_padding1d", java="org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer")
class ZeroPadding1D(ZeroPadding):
    """``y = [0 .. 0, x, 0 .. 0]`` along time.

    Input ``[batch, size, time]``, output ``[batch, size, left + time + right]``.
    """

    summary_name: ClassVar[str] = "ZeroPadding1DLayer"
    takes: ClassVar[type[Spatial]] = Recurrent

    padding: Ends = key("Steps before and after.", default=(1, 1))


@layer("zero_padding", java="org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer")
class ZeroPadding2D(ZeroPadding):
    """``y[.., h + top, w + left] = x[.., h, w]``, 0 around it.

    Input ``[batch, channels, height, width]``, output ``[.., top + height + bottom, left + width + right]``.
    """

    summary_name: ClassVar[str] = "ZeroPaddingLayer"
    takes: ClassVar[type[Spatial]] = Convolutional

    padding: Sides = key("Rows and columns: top, bottom, left, right.", default=(1, 1, 1, 1))
    data_format: ImageFormat = key("Order of the axes, the input's.", default="nchw", spelling="upper")


@layer("zero_padding3d", java="org.deeplearning4j.nn.conf.layers.ZeroPadding3DLayer")
class ZeroPadding3D(ZeroPadding):
    """``y[.., d + p0, h + p2, w + p4] = x[.., d, h, w]``, 0 around it.

    Input ``[batch, channels, depth, height, width]``, output ``[.., p0 + depth + p1, p2 + height + p3,
    p4 + width + p5]``.
    """

    summary_name: ClassVar[str] = "ZeroPadding3DLayer"
    takes: ClassVar[type[Spatial]] = Convolutional3D

    padding: Faces = key("Places before and after along depth, height, width.", default=(1, 1, 1, 1, 1, 1))
