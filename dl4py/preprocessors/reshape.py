"""The same values in another shape."""

from math import prod
from typing import Annotated, ClassVar, Literal

from dl4py.errors import ShapeError
from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, from_face, preprocessor, to_face
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward, Recurrent, Shape
from dl4py.spec import AsTuple, Count, Flag, key

Sizes = Annotated[tuple[Count, ...], AsTuple]


@preprocessor("reshape", java="org.deeplearning4j.preprocessors.ReshapePreprocessor")
class Reshape(Preprocessor):
    """The values of each example, in DL4J's layout, in a new shape; last index fastest.

    One size makes rows, two make sequences (time first unless `format` says NCW), three images, four volumes. Networks
    that DL4J imported from Keras have it.
    """

    json_first: ClassVar[tuple[str, ...]] = ("hasMiniBatchDimension", "inputShape", "targetShape")

    input_shape: Sizes = key("The shape of an example before.")
    target_shape: Sizes = key("The shape of an example after.")
    has_mini_batch_dimension: Flag = key("Whether both shapes begin with a size for the batch.", default=False)
    format: Literal["ncw", "nwc", "nchw", "nhwc", "ncdhw", "ndhwc"] | None = key(
        "Layout of what comes out; found from the input when absent.", default=None, spelling="upper"
    )

    def output_shape(self, given: Shape) -> Shape:
        sizes = self.target_shape[self.has_mini_batch_dimension :]
        before = prod(given.array)
        if not 1 <= len(sizes) <= 4 or (before and prod(sizes) != before):
            raise ShapeError(
                f"`reshape` makes {' x '.join(map(str, sizes))} = {prod(sizes)} values of an example that has {before}",
                at=self.mark("target_shape"),
                hint="the product of the sizes must be the number of values of an example",
            )
        if len(sizes) == 1:
            return FeedForward(sizes[0])
        return _SHAPES[len(sizes)](sizes, self._layout(given, len(sizes)))

    def _layout(self, given: Shape, rank: int) -> str:
        """DL4J's choice: features last, but NCHW where images or several axes come in."""
        if self.format and len(self.format) == rank + 1:
            fixed = rank == 3 and self._from_rows(given)
            return "NHWC" if fixed else self.format.upper()
        if rank == 3:
            return "NHWC" if self._from_rows(given) else "NCHW"
        return "NWC" if rank == 2 else "NDHWC"

    def _from_rows(self, given: Shape) -> bool:
        return len(self.input_shape) - self.has_mini_batch_dimension == 1 or isinstance(given, Recurrent)

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        given = e.given[0]
        made = self.output_shape(given)
        face, back = to_face(e, x, given)
        y, out = from_face(e, face.reshape(face.rows, *made.array), made)

        def backward(dy: Array) -> Array | None:
            gradient = out(dy)
            return None if gradient is None else back(gradient.reshape(*face.shape))

        return y, backward

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        """A mask of examples stays one; a mask of steps stays where the number of steps does."""
        made = self.output_shape(e.given[0])
        if mask is None:
            return None
        if isinstance(e.given[0], Recurrent) or isinstance(made, Recurrent):
            same = isinstance(made, Recurrent) and isinstance(e.given[0], Recurrent) and made.time == mask.rows
            return mask if same else None
        return mask.reshape(mask.rows, *(1,) * len(made.array)) if mask.size == mask.rows else None


def _sequence(sizes: tuple[int, ...], format: str) -> Shape:
    size, time = sizes if format == "NCW" else sizes[::-1]
    return Recurrent(size, time, format)


def _image(sizes: tuple[int, ...], format: str) -> Shape:
    channels, height, width = sizes if format == "NCHW" else (sizes[2], *sizes[:2])
    return Convolutional(channels, height, width, format)


def _volume(sizes: tuple[int, ...], format: str) -> Shape:
    channels, depth, height, width = sizes if format == "NCDHW" else (sizes[3], *sizes[:3])
    return Convolutional3D(channels, depth, height, width, format)


_SHAPES = {2: _sequence, 3: _image, 4: _volume}
