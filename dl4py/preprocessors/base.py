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


def flatten(e: Emitter, x: Array, given: Shape) -> tuple[Array, Backward]:
    """Rows `[batch, size]` of images or volumes; a row holds its values in the order of DL4J's layout `given`."""
    if _in_order(x.shape, given):
        return x.reshape(x.rows, x.size // x.rows), lambda dy: dy.reshape(*x.shape)
    rows = e.array(x.rows, x.size // x.rows, name="rows")
    e(k.move.copy_any, x, _inside(rows, x.shape, given))

    def backward(dy: Array) -> Array:
        dx = e.like(x, "dx")
        e(k.move.copy_any, _inside(dy, x.shape, given), dx)
        return dx

    return rows, backward


def unflatten(e: Emitter, x: Array, shape: tuple[int, ...], made: Shape) -> tuple[Array, Backward]:
    """Images or volumes of `shape`, channels last, of rows whose values are in the order of DL4J's layout `made`."""
    if _in_order(shape, made):
        return x.reshape(*shape), lambda dy: dy.reshape(*x.shape)
    y = e.array(*shape, name="y")
    e(k.move.copy_any, _inside(x, shape, made), y)

    def backward(dy: Array) -> Array:
        dx = e.like(x, "dx")
        e(k.move.copy_any, dy, _inside(dx, shape, made))
        return dx

    return y, backward


def _inside(rows: Array, shape: tuple[int, ...], layout: Shape) -> Array:
    """Rows in the order of DL4J's layout, seen as the array of `shape` that a plan holds."""
    face = dict(zip(layout.inside, shape, strict=True))
    return rows.reshape(*(face[axis] for axis in range(len(shape)))).transposed(*layout.inside)


def _in_order(shape: tuple[int, ...], layout: Shape) -> bool:
    """Whether DL4J's order and that of the plan are the same: axes of length 1 do not count."""
    long = [axis for axis, size in zip(layout.inside, shape, strict=True) if size > 1]
    return long == sorted(long)


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
