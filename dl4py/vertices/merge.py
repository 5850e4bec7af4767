"""Merge vertex: inputs side by side."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Self

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.shapes import Convolutional, Convolutional3D, ConvolutionalFlat, FeedForward, Recurrent, Shape, said
from dl4py.spec import Flag, Size, key
from dl4py.vertices.base import Backwards, Vertex, either, vertex

FLAT = {"C": "size", "W": "time"}
SPACE = {"C": "channels", "D": "depth", "H": "height", "W": "width"}


@vertex("merge", java="org.deeplearning4j.nn.conf.graph.MergeVertex")
class Merge(Vertex):
    """``y = [x1, x2, ...]`` along an axis: columns of rows, features of sequences, channels of images and volumes.

    A step or an example is masked where it is masked in every input.
    """

    merge_axis: Size = key(
        "Axis that is joined, counted in DL4J's layout with the batch as 0; 1 stands for the features or channels.",
        default=1,
    )
    modified: Flag = key("Whether `merge_axis` was set by hand; 1 is then the second axis.", default=False, hidden=True)

    def given(self, shapes: Sequence[Shape]) -> Self:
        """The axis that DL4J writes for layouts with features last."""
        features = _features(shapes[0])
        volumes = isinstance(shapes[0], Convolutional3D)
        return self.but(merge_axis=features) if self._axis(shapes[0]) == features and not volumes else self

    def _axis(self, shape: Shape) -> int:
        by_hand = self.modified and not isinstance(shape, Convolutional)
        return self.merge_axis if by_hand or self.merge_axis != 1 else _features(shape)

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        first = given[0]
        if isinstance(first, ConvolutionalFlat) or len({_sort(shape) for shape in given}) > 1:
            raise ShapeError(
                f"vertex `{self.name}` can merge inputs of one sort, found {said(*given)}",
                at=self.mark("inputs"),
                hint="rows, sequences, images and volumes do not join; give them one sort first",
            )
        axis = self._axis(first)
        if axis > len(first.array):
            raise ShapeError(
                f"vertex `{self.name}` joins axis {axis} of {said(first)}",
                at=self.mark("merge_axis"),
                hint=f"axes of an example count from 1 to {len(first.array)}",
            )
        sizes = [_sizes(shape) for shape in given]
        letter = getattr(first, "format", "NC")[axis]
        for name in sizes[0].keys() - {letter}:
            if len({size[name] for size in sizes} - {None}) > 1:
                raise ShapeError(
                    f"vertex `{self.name}` needs inputs that differ along the joined axis only, found {said(*given)}",
                    at=self.mark("inputs"),
                )
        joined = [size[letter] for size in sizes]
        total = None if None in joined else sum(n for n in joined if n is not None)
        made = replace(first, **{_field(first, letter): total})  # type: ignore[arg-type]
        return replace(made, time_format=None) if isinstance(made, FeedForward) else made  # as DL4J, which forgets it

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        axis = e.given[0].inside.index(self._axis(e.given[0]))
        y = e.array(*xs[0].shape[:axis], sum(x.shape[axis] for x in xs), *xs[0].shape[axis + 1 :], name="y")
        before = prod(y.shape[:axis])
        widths = [prod(x.shape[axis:]) for x in xs]
        whole = y.reshape(before, sum(widths))
        edges = [sum(widths[:i]) for i in range(len(xs) + 1)]
        for x, start, stop in zip(xs, edges, edges[1:], strict=False):
            e(k.move.copy, x.reshape(before, stop - start), whole.part(start, stop, axis=1))

        def backward(dy: Array) -> list[Array | None]:
            rows = dy.reshape(before, sum(widths))
            gradients: list[Array | None] = []
            for x, start, stop in zip(xs, edges, edges[1:], strict=False):
                dx = e.like(x, "dx")
                e(k.move.copy, rows.part(start, stop, axis=1), dx.reshape(before, stop - start))
                gradients.append(dx)
            return gradients

        return y, backward

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        return either(self, e, masks)


def _features(shape: Shape) -> int:
    """The axis of features or channels in DL4J's layout."""
    return shape.inside[-1]


def _sort(shape: Shape) -> tuple[type, str, int | None]:
    """What inputs of one vertex must have in common besides sizes."""
    return type(shape), getattr(shape, "format", ""), getattr(shape, "steps", 1)


def _field(shape: Shape, letter: str) -> str:
    return (FLAT if isinstance(shape, FeedForward | Recurrent) else SPACE)[letter]


def _sizes(shape: Shape) -> dict[str, int | None]:
    return {letter: getattr(shape, _field(shape, letter)) for letter in getattr(shape, "format", "NC")[1:]}
