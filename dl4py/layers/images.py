"""What layers on images share: checks of their input, the order of axes, borders, the mask of an image."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, WithJsonSchema

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.layers.base import NO_PARAMETERS, Layer
from dl4py.plan import Array, Emitter
from dl4py.preprocessors import Preprocessor
from dl4py.preprocessors.automatic import before_images, before_sequences
from dl4py.shapes import Convolutional, Convolutional3D, Recurrent, Shape, said
from dl4py.spec import Count

ImageFormat = Literal["nchw", "nhwc"]
VolumeFormat = Literal["ncdhw", "ndhwc"]
Spatial = Recurrent | Convolutional | Convolutional3D
WORDS = {Recurrent: "sequences", Convolutional: "images", Convolutional3D: "volumes"}


def _border(axes: int) -> BeforeValidator:
    """A number for all sides, a number for each axis, or a number for each side: before and after along each axis."""

    def spread(value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return (value,) * (2 * axes)
        if isinstance(value, list | tuple) and all(isinstance(pair, list | tuple) for pair in value):
            value = [side for pair in value for side in pair]
        if isinstance(value, list | tuple) and len(value) == axes > 1:
            return tuple(side for side in value for _ in range(2))
        return tuple(value) if isinstance(value, list) else value

    return BeforeValidator(spread)


def _schema(axes: int) -> WithJsonSchema:
    one = {"type": "integer", "minimum": 0}
    lengths = sorted({axes, 2 * axes} - {1})
    return WithJsonSchema(
        {"anyOf": [one, *({"type": "array", "items": one, "minItems": n, "maxItems": n} for n in lengths)]}
    )


Ends = Annotated[tuple[Count, Count], _border(1), _schema(1)]
Sides = Annotated[tuple[Count, Count, Count, Count], _border(2), _schema(2)]
Faces = Annotated[tuple[Count, Count, Count, Count, Count, Count], _border(3), _schema(3)]
Border = tuple[int, ...]


class SpatialLayer(Layer):
    """A layer without parameters on sequences, images or volumes, whatever `takes` says.

    `layout` is the key that says the order of its axes, where it has one.
    """

    json_constants: ClassVar[dict[str, Any]] = NO_PARAMETERS
    takes: ClassVar[type[Spatial]] = Convolutional
    layout: ClassVar[str] = "data_format"

    def given(self, shape: Shape) -> Self:
        found = checked(self, shape, self.takes)
        return self.but(**formatted(self, found, self.layout))

    def wanted(self, given: Shape) -> Preprocessor | None:
        if self.takes is Recurrent:
            return before_sequences(given)
        return before_images(given) if self.takes is Convolutional else None

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        if mask is None:
            return None
        image = full_mask(e, mask)
        if image is None:
            return self.row_mask(e, mask)
        y = narrowed(e, mask, self.moved_mask(e, image))
        return y.reshape(*y.shape[: len(mask.shape)])

    def row_mask(self, e: Emitter, mask: Array) -> Array:
        """The mask of what comes out where the mask covers whole examples."""
        return mask

    def moved_mask(self, e: Emitter, mask: Array) -> Array:
        """The mask of what comes out; masks are images with one channel here."""
        return mask


def checked(layer: Layer, shape: Shape, takes: type[Spatial]) -> Spatial:
    """`shape`, refused where it is not what the layer takes."""
    if not isinstance(shape, takes):
        raise ShapeError(
            f"layer `{layer.name}` ({layer.type}) takes {WORDS[takes]}, its input is {said(shape)}",
            at=layer.mark(),
            hint="give the network's `input` that type, or put a preprocessor before the layer",
        )
    return shape


def formatted(layer: Layer, shape: Spatial, name: str) -> dict[str, str]:
    """The order of axes that the input has, as the layer's key `name`; refused where the layer says otherwise."""
    written = getattr(layer, name, None)
    if name in layer.model_fields_set and written is not None and written != shape.format.lower():
        raise ShapeError(
            f"layer `{layer.name}` has {name} {written}, its input is {said(shape)}",
            at=layer.mark(name),
            hint=f"leave `{name}` out: the network's input decides",
        )
    return {name: shape.format.lower()} if name in type(layer).model_fields else {}


def sizes(shape: Spatial) -> tuple[int | None, ...]:
    """Sizes of the axes of space or time; None for a length that varies."""
    if isinstance(shape, Recurrent):
        return (shape.time,)
    if isinstance(shape, Convolutional):
        return (shape.height, shape.width)
    return (shape.depth, shape.height, shape.width)


def resized(shape: Spatial, new: tuple[int | None, ...], channels: int | None = None) -> Spatial:
    """The shape with other sizes, and with other channels where they are given."""
    if isinstance(shape, Recurrent):
        return replace(shape, time=new[0], size=channels or shape.size)
    many = channels or shape.channels
    whole = [n for n in new if n is not None]
    if isinstance(shape, Convolutional):
        return replace(shape, channels=many, height=whole[0], width=whole[1])
    return replace(shape, channels=many, depth=whole[0], height=whole[1], width=whole[2])


def resized_by(shape: Spatial, border: Border, sign: int = 1) -> Spatial:
    """The shape with `border` around it, or with `sign` -1 without it; lengths that vary stay so."""
    sides = zip(border[::2], border[1::2], strict=True)
    new = (None if n is None else n + sign * (a + b) for n, (a, b) in zip(sizes(shape), sides, strict=True))
    return resized(shape, tuple(new))


def space(x: Array) -> range:
    """The axes of space or time: `[time, batch, size]`, `[batch, height, width, channels]`, ..."""
    return range(1) if len(x.shape) == 3 else range(1, len(x.shape) - 1)


def within(x: Array, border: Border) -> Array:
    """The view of `x` inside of a border."""
    for i, axis in enumerate(space(x)):
        x = x.part(border[2 * i], x.shape[axis] - border[2 * i + 1], axis)
    return x


def full_mask(e: Emitter, mask: Array) -> Array | None:
    """The mask as an image with one channel; None where it covers whole examples."""
    given = e.given[0]
    if isinstance(given, Recurrent):
        return mask.reshape(*mask.shape, 1)
    if len(mask.shape) < 4 or all(n == 1 for n in mask.shape[1:]):
        return None
    want = (mask.shape[0], *(n or 1 for n in sizes(given)), 1)  # type: ignore[arg-type]
    if mask.shape == want:
        return mask
    image = e.array(*want, name="mask")
    e(k.move.copy_any, mask, image)
    return image


def as_places(x: Array) -> Array:
    """`x` as `[batch, places, channels]`; sequences as one batch whose channels are those of all examples."""
    if len(x.shape) == 3:
        return x.reshape(1, x.shape[0], x.shape[1] * x.shape[2])
    return x.reshape(x.shape[0], prod(x.shape[1:-1]), x.shape[-1])


def place_mask(e: Emitter, x: Array) -> Array | None:
    """The mask of the input `x` as rows, one number for each place, `[places, 1]`; None where there is none."""
    mask = e.mask
    if mask is None:
        return None
    want = (*x.shape[:-1], 1)
    if mask.size != prod(want):
        full = e.array(*want, name="mask")
        ones = (1,) * (len(want) - len(mask.shape))
        e(k.move.copy_any, mask.reshape(mask.rows, *ones, *mask.shape[1:]), full)
        mask = full
    return mask.reshape(prod(want), 1)


def narrowed(e: Emitter, mask: Array, y: Array) -> Array:
    """The mask `y` made of `mask`, of size 1 along the axes where that is: DL4J counts what is written (quirk 42)."""
    narrow = [i for i, n in enumerate(mask.shape) if n == 1 < y.shape[i]] if len(mask.shape) == len(y.shape) else []
    if not narrow or not e.quirk(42):
        return y
    kept = y
    for axis in narrow:
        middle = kept.shape[axis] // 2
        kept = kept.part(middle, middle + 1, axis)
    found = e.like(kept, "mask")
    e(k.move.copy_any, kept, found)
    return found
