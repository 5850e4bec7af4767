"""What a graph vertex without a layer promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.registry import Kind
from dl4py.shapes import Shape
from dl4py.spec import Names, Thing, key

C = TypeVar("C", bound=type)
VERTICES: Kind[Vertex] = Kind("graph vertex", package="dl4py.vertices")

Backwards = Callable[[Array], Sequence[Array | None]]
"""Takes the gradient of the output, which it may use up, and gives one new array per input (None: not needed)."""


class Vertex(Thing):
    """A node of a graph that combines or changes activations, without parameters."""

    kind: ClassVar[Kind[Any]] = VERTICES

    name: str | None = key("Name; other vertices refer to it.", default=None, json="")
    inputs: Names = key("Names of the vertices whose outputs come in.", default=(), json="")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        """The shape that comes out; raises `ShapeError` for inputs that do not fit."""
        raise NotImplementedError

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        """Records the calls; features and channels are the last axis of the arrays (see `shapes`)."""
        raise NotImplementedError

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        """The mask of what comes out, for the masks of what comes in."""
        return next((mask for mask in masks if mask is not None), None)


def one_input(vertex: Vertex, given: Sequence[Shape]) -> Shape:
    """The shape of the only input; raises `ShapeError` for several."""
    if len(given) != 1:
        raise ShapeError(f"vertex `{vertex.name}` takes one input, found {len(given)}", at=vertex.mark("inputs"))
    return given[0]


def vertex(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a vertex in the table under `type`."""
    return VERTICES.register(type, java=java)
