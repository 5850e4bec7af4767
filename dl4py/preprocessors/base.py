"""What a preprocessor promises: one shape of activations turned into another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from dl4py.plan import Array, Backward, Emitter
from dl4py.registry import Kind
from dl4py.shapes import Shape
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
