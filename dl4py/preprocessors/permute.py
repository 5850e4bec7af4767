"""Axes in another order."""

from dataclasses import replace
from typing import Annotated

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, from_face, preprocessor, to_face
from dl4py.shapes import ConvolutionalFlat, FeedForward, Recurrent, Shape, said
from dl4py.spec import AsTuple, Count, key

FLAT = {"C": "size", "W": "time"}
SPACE = {"C": "channels", "D": "depth", "H": "height", "W": "width"}


@preprocessor("permute", java="org.deeplearning4j.preprocessors.PermutePreprocessor")
class Permute(Preprocessor):
    """``y[n, i, j, ...] = x`` with the axes of an example, in DL4J's layout, in another order.

    Axis i of the output is axis `permutation_indices[i - 1]` of the input. What comes out keeps the input's layout.
    """

    permutation_indices: Annotated[tuple[Count, ...], AsTuple] = key(
        "Axes of the input in the order of the output; the batch is 0, stays, and may be left out."
    )

    @property
    def _axes(self) -> tuple[int, ...]:
        """The axes without the batch, which DL4J writes there once it has run."""
        return self.permutation_indices[self.permutation_indices[:1] == (0,) :]

    def output_shape(self, given: Shape) -> Shape:
        axes = self._axes
        if sorted(axes) != list(range(1, len(given.array) + 1)):
            raise ShapeError(
                f"`permute` orders the axes {list(axes)}, an example has {len(given.array)} ({said(given)})",
                at=self.mark("permutation_indices"),
                hint=f"name each of the axes 1 to {len(given.array)} once",
            )
        if isinstance(given, FeedForward | ConvolutionalFlat):
            return given
        if isinstance(given, Recurrent) and given.time is None and axes != (1, 2):
            raise ShapeError(
                "`permute` turns steps into features, but their number is not known",
                at=self.mark(),
                hint="write `time` in the network's input",
            )
        names = [(FLAT if isinstance(given, Recurrent) else SPACE)[letter] for letter in given.format[1:]]
        return replace(given, **{name: getattr(given, names[axis - 1]) for name, axis in zip(names, axes, strict=True)})

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        given = e.given[0]
        axes = (0, *self._axes)
        face, back = to_face(e, x, given)
        turned = e.array(*(face.shape[axis] for axis in axes), name="turned")
        e(k.move.copy_any, face.transposed(*axes), turned)
        y, out = from_face(e, turned, self.output_shape(given))

        def backward(dy: Array) -> Array | None:
            gradient = out(dy)
            assert gradient is not None
            dface = e.like(face, "dx")
            e(k.move.copy_any, gradient, dface.transposed(*axes))
            return back(dface)

        return y, backward

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        """A mask goes on where the axes stay, or where it has one value for an example."""
        stays = list(self._axes) == sorted(self._axes)
        one = mask is not None and not isinstance(e.given[0], Recurrent) and mask.size == mask.rows
        return mask if stays or one else None
