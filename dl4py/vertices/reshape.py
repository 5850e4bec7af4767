"""Reshape: the same values in another shape."""

from collections.abc import Sequence
from math import prod
from typing import Annotated, Literal

from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward, Recurrent, Shape
from dl4py.spec import AsTuple, key
from dl4py.vertices.base import Backwards, Vertex, one_input, vertex


@vertex("reshape", java="org.deeplearning4j.nn.conf.graph.ReshapeVertex")
class Reshape(Vertex):
    """The values of each example in a new shape, last index fastest."""

    new_shape: Annotated[tuple[int, ...], AsTuple] = key("The new shape, the batch first; -1 for the batch.")
    reshape_order: Literal["c"] = key("Order of the values.", default="c")
    mask_shape: Annotated[tuple[int, ...] | None, AsTuple] = key("Shape of masks.", default=None)

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        size = prod(one_input(self, given).array)
        inside = list(self.new_shape[1:])
        if inside.count(-1) == 1 and size % -prod(inside) == 0:
            inside[inside.index(-1)] = size // -prod(inside)
        kinds = {1: FeedForward, 2: Recurrent, 3: Convolutional, 4: Convolutional3D}
        if prod(inside) != size or len(inside) not in kinds or min(inside) < 1:
            raise ShapeError(
                f"vertex `{self.name}` cannot give {size} values the shape {list(self.new_shape)}",
                at=self.mark("new_shape"),
                hint="the product of all sizes but the first must be the number of values of an example",
            )
        return kinds[len(inside)](*inside)

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        x = xs[0]
        size = x.size // x.rows
        inside = [size // -prod(self.new_shape[1:]) if n == -1 else n for n in self.new_shape[1:]]
        return x.reshape(x.rows, *inside), lambda dy: [dy.reshape(*x.shape)]
