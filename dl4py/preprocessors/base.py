"""What a preprocessor promises: one shape of activations turned into another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.plan import Array, Backward, Emitter
from dl4py.registry import Kind
from dl4py.shapes import Convolutional, Convolutional3D, Shape, said
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
PREPROCESSORS: Kind[Preprocessor] = Kind("preprocessor", package="dl4py.preprocessors")


class Preprocessor(Thing):
    """A change of shape between a vertex and the layer that it feeds."""

    kind: ClassVar[Kind[Any]] = PREPROCESSORS

    def output_shape(self, given: Shape) -> Shape:
        """The shape that comes out."""
        raise NotImplementedError

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        """Records the calls; features and channels are the last axis of `x` (see `shapes`)."""
        raise NotImplementedError

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        """The mask of what comes out, for the mask of what comes in."""
        return mask


def preprocessor(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a preprocessor in the table under `type`."""
    return PREPROCESSORS.register(type, java=java)


def to_face(e: Emitter, x: Array, layout: Shape) -> tuple[Array, Backward]:
    """An array of a plan in DL4J's order of axes, batch first."""
    shape = tuple(x.shape[layout.inside.index(axis)] for axis in range(len(x.shape)))
    if _in_order(x, layout):
        return x.reshape(*shape), lambda dy: dy.reshape(*x.shape)
    y = e.array(*shape, name="face")
    e(k.move.copy_any, x, y.transposed(*layout.inside))

    def backward(dy: Array) -> Array:
        dx = e.like(x, "dx")
        e(k.move.copy_any, dy.transposed(*layout.inside), dx)
        return dx

    return y, backward


def from_face(e: Emitter, x: Array, layout: Shape) -> tuple[Array, Backward]:
    """An array in DL4J's order of axes as a plan holds it."""
    y = e.array(*(x.shape[axis] for axis in layout.inside), name="y")
    if _in_order(y, layout):
        return x.reshape(*y.shape), lambda dy: dy.reshape(*x.shape)
    e(k.move.copy_any, x.transposed(*layout.inside), y)

    def backward(dy: Array) -> Array:
        dx = e.like(x, "dx")
        e(k.move.copy_any, dy, dx.transposed(*layout.inside))
        return dx

    return y, backward


def _in_order(x: Array, layout: Shape) -> bool:
    """Whether an array of a plan has DL4J's order in memory: axes of length 1 do not count."""
    long = [axis for axis, size in zip(layout.inside, x.shape, strict=True) if size > 1]
    return long == sorted(long)


def flatten(e: Emitter, x: Array, given: Shape) -> tuple[Array, Backward]:
    """Rows `[batch, size]`, values of an example in DL4J's order."""
    face, back = to_face(e, x, given)
    return face.reshape(face.rows, face.size // face.rows), lambda dy: back(dy.reshape(*face.shape))


def unflatten(e: Emitter, x: Array, made: Shape) -> tuple[Array, Backward]:
    """Images or volumes of rows whose values are in DL4J's order."""
    y, back = from_face(e, x.reshape(x.rows, *made.array), made)

    def backward(dy: Array) -> Array | None:
        dx = back(dy)
        return None if dx is None else dx.reshape(*x.shape)

    return y, backward


def checked_images(step: Preprocessor, given: Shape, sizes: tuple[int, int, int]) -> Convolutional:
    """`given` as images of those channels, height and width (all 0: of any); raises `ShapeError` otherwise."""
    if not isinstance(given, Convolutional):
        raise ShapeError(f"`{step.type}` takes images, found {said(given)}", at=step.mark())
    _check_sizes(step, sizes, (given.channels, given.height, given.width))
    return given


def checked_volumes(step: Preprocessor, given: Shape, sizes: tuple[int, int, int, int]) -> Convolutional3D:
    """`given` as volumes of those channels, depth, height and width; raises `ShapeError` otherwise."""
    if not isinstance(given, Convolutional3D):
        raise ShapeError(f"`{step.type}` takes volumes, found {said(given)}", at=step.mark())
    _check_sizes(step, sizes, (given.channels, given.depth, given.height, given.width))
    return given


def _check_sizes(step: Preprocessor, sizes: tuple[int, ...], found: tuple[int, ...]) -> None:
    if any(sizes) and sizes != found:
        raise ShapeError(
            f"`{step.type}` takes {' x '.join(map(str, sizes))} (channels first), found {' x '.join(map(str, found))}",
            at=step.mark(),
            hint="correct its sizes, or leave the preprocessor out",
        )


def steps_of(given: Shape) -> int | None:
    """How many steps of sequences the rows or images hold: 1 where they never were steps, None where unknown."""
    return getattr(given, "steps", 1)


def mask_of_rows(step: Preprocessor, mask: Array | None) -> Array | None:
    """A mask of images or volumes `[batch, 1, ..., 1]` as one of rows `[batch, 1]`."""
    if mask is not None and mask.size != mask.rows:
        raise ShapeError(
            f"`{step.type}` takes masks with one value an example, found {' x '.join(map(str, mask.shape))}",
            at=step.mark(),
            hint="rows of numbers have no place for a mask of pixels; pool the images first",
        )
    return None if mask is None else mask.reshape(mask.rows, 1)


def mask_of_examples(mask: Array | None, rank: int) -> Array | None:
    """A mask of rows `[batch, 1]` as one of arrays with that rank, `[batch, 1, ..., 1]`."""
    return None if mask is None else mask.reshape(mask.rows, *(1,) * (rank - 1))
