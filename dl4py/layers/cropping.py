"""Borders cut off sequences, images and volumes."""

from typing import ClassVar

from dl4py import kernels as k
from dl4py.errors import ShapeError
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
    sizes,
    within,
)
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Convolutional, Convolutional3D, Recurrent, Shape, said
from dl4py.spec import key


class Cropping(SpatialLayer):
    """A layer that cuts `cropping` places off before and after along each axis."""

    @property
    def border(self) -> Border:
        """Places before and after along each axis."""
        border: Border = self.cropping  # type: ignore[attr-defined]
        return border

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Spatial)
        shape = resized_by(given, self.border, -1)
        left = sizes(shape)
        if any(n is not None and n < 1 for n in left):
            sides = zip(self.border[::2], self.border[1::2], strict=True)
            sums = (f"{n} - {a} - {b}" for n, (a, b) in zip(sizes(given), sides, strict=True))
            raise ShapeError(
                f"layer `{self.name}` ({self.type}) cuts everything off {said(given)}",
                at=self.mark("cropping"),
                note=f"{', '.join(sums)} leaves {' x '.join(map(str, left))}; each must be at least 1",
                hint="write a smaller `cropping`",
            )
        return shape

    def moved_mask(self, e: Emitter, mask: Array) -> Array:
        return cropped(e, mask, self.border)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        def backward(dy: Array) -> Array | None:
            if not x.needs_gradient:
                return None
            dx = e.like(x, "dx")
            e(k.rows.fill, dx.flat, 0.0)
            e(k.move.copy_any, dy, within(dx, self.border))
            return dx

        return cropped(e, x, self.border), backward


def cropped(e: Emitter, x: Array, border: Border) -> Array:
    """`x` without its border."""
    inner = within(x, border)
    y = e.array(*inner.shape, name="y")
    e(k.move.copy_any, inner, y)
    return y


@layer("cropping1d", java="org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D")
class Cropping1D(Cropping):
    """``y_t = x_(t + left)``.

    Input ``[batch, size, time]``, output ``[batch, size, time - left - right]``.
    """

    summary_name: ClassVar[str] = "Cropping1DLayer"
    takes: ClassVar[type[Spatial]] = Recurrent

    cropping: Ends = key("Steps cut off before and after.", default=(1, 1))


@layer("cropping2d", java="org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D")
class Cropping2D(Cropping):
    """``y[.., h, w] = x[.., h + top, w + left]``.

    Input ``[batch, channels, height, width]``, output ``[.., height - top - bottom, width - left - right]``.
    """

    summary_name: ClassVar[str] = "Cropping2DLayer"
    takes: ClassVar[type[Spatial]] = Convolutional

    cropping: Sides = key("Rows and columns cut off: top, bottom, left, right.", default=(1, 1, 1, 1))
    data_format: ImageFormat = key("Order of the axes, the input's.", default="nchw", spelling="upper")


@layer("cropping3d", java="org.deeplearning4j.nn.conf.layers.convolutional.Cropping3D")
class Cropping3D(Cropping):
    """``y[.., d, h, w] = x[.., d + c0, h + c2, w + c4]``.

    Input ``[batch, channels, depth, height, width]``, output ``[.., depth - c0 - c1, height - c2 - c3,
    width - c4 - c5]``.
    """

    summary_name: ClassVar[str] = "Cropping3DLayer"
    takes: ClassVar[type[Spatial]] = Convolutional3D

    cropping: Faces = key("Places cut off before and after along depth, height, width.", default=(1, 1, 1, 1, 1, 1))
