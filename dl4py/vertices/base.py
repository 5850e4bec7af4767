"""What a graph vertex without a layer promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self, TypeVar

from dl4py.errors import ShapeError
from dl4py.kernels.jit import kernel
from dl4py.layers.base import UpdatedKeys
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.preprocessors.base import flatten
from dl4py.registry import Kind
from dl4py.shapes import Recurrent, Shape, said
from dl4py.spec import Names, Thing, key

C = TypeVar("C", bound=type)
VERTICES: Kind[Vertex] = Kind("graph vertex", package="dl4py.vertices")

Backwards = Callable[[Array], Sequence[Array | None]]
"""Takes the gradient of the output, which it may use up, and gives one new array per input (None: not needed)."""


class Vertex(Thing):
    """A node of a graph that combines or changes activations; few have parameters.

    `summary_name` is the name in DL4J's summary where that is not the class's.
    """

    kind: ClassVar[Kind[Any]] = VERTICES
    summary_name: ClassVar[str] = ""

    name: str | None = key("Name; other vertices refer to it.", default=None, json="")
    inputs: Names = key("Names of the vertices whose outputs come in.", default=(), json="")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        """The shape that comes out; raises `ShapeError` for inputs that do not fit."""
        raise NotImplementedError

    def shape_among(self, given: Sequence[Shape], sources: Mapping[str, Shape]) -> Shape:
        """The shape that comes out, where the shapes of the network's inputs decide too; see `output_shape`."""
        return self.output_shape(given)

    def given(self, shapes: Sequence[Shape]) -> Self:
        """The vertex knowing its inputs."""
        return self

    def params(self) -> list[Param]:
        """Parameters in DL4J's order, when the inputs are known."""
        return []

    def trained(self) -> UpdatedKeys | None:
        """The keys that say how the parameters are updated; None without parameters."""
        return None

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        """Records the calls; features and channels are the last axis of the arrays (see `shapes`)."""
        raise NotImplementedError

    def emit_with(self, e: Emitter, xs: Sequence[Array], p: Params) -> tuple[Array, Backwards]:
        """As `emit`; vertices with parameters see them and fill their gradients."""
        return self.emit(e, xs)

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        """The mask of what comes out, for the masks of what comes in."""
        return next((mask for mask in masks if mask is not None), None)


def one_input(vertex: Vertex, given: Sequence[Shape]) -> Shape:
    """The shape of the only input; raises `ShapeError` for several."""
    if len(given) != 1:
        raise ShapeError(f"vertex `{vertex.name}` takes one input, found {len(given)}", at=vertex.mark("inputs"))
    return given[0]


def source_of(vertex: Vertex, name: str, sources: Mapping[str, Any], key: str) -> Any:
    """What the network's input called `name` has; raises `ShapeError` where there is none of that name."""
    if name not in sources:
        raise ShapeError(
            f"vertex `{vertex.name}` refers to `{name}`, which is no input of the network",
            at=vertex.mark(key),
            hint=f"the inputs are {', '.join(sources)}",
        )
    return sources[name]


def mask_named(vertex: Vertex, e: Emitter, x: Array, name: str, key: str) -> Array | None:
    """The mask of the network's input called `name`; raises `ShapeError` where it is not that of the sequences `x`."""
    found = source_of(vertex, name, e.sources, key)[1]
    assert found is None or isinstance(found, Array)
    if found is not None and found.shape[:2] != x.shape[:2]:
        (steps, examples), (time, batch) = found.shape[:2], x.shape[:2]
        raise ShapeError(
            f"vertex `{vertex.name}` has sequences of {time} steps in {batch} examples, the mask of `{name}` is for "
            f"{steps} steps in {examples}",
            at=vertex.mark(key),
            hint=f"name an input as long as what comes in, or give no mask for `{name}`",
        )
    return found


def of_sequences(vertex: Vertex, given: Sequence[Shape]) -> Recurrent:
    """The only input as sequences; raises `ShapeError` for anything else."""
    shape = one_input(vertex, given)
    if not isinstance(shape, Recurrent):
        raise ShapeError(f"vertex `{vertex.name}` takes sequences, found {said(shape)}", at=vertex.mark("inputs"))
    return shape


def batch_between(x: Array, given: Shape) -> Array:
    """The values seen as `[outer, batch, inner]`: steps, if any, come before the batch."""
    steps = x.rows if isinstance(given, Recurrent) else getattr(given, "steps", 1)
    batch = x.columns if isinstance(given, Recurrent) else x.rows // steps
    return x.reshape(steps, batch, x.size // (steps * batch))


def by_example(e: Emitter, x: Array, given: Shape) -> tuple[Array, Backward]:
    """All values of an example as a row: `[batch, values]`."""
    if isinstance(given, Recurrent):
        return flatten(e, x, replace(given, format="NWC"))
    return x.reshape(x.rows, x.size // x.rows), lambda dy: dy.reshape(*x.shape)


def either(vertex: Vertex, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
    """A mask that is 1 where any of `masks` is not 0; None, which is 1 everywhere, where one of them is None."""
    first, *others = masks
    if first is None or any(mask is None for mask in others):
        return None
    for mask in others:
        assert mask is not None
        if mask.shape != first.shape:
            raise ShapeError(
                f"vertex `{vertex.name}` joins inputs whose masks differ in shape: "
                f"{' x '.join(map(str, first.shape))} and {' x '.join(map(str, mask.shape))}",
                at=vertex.mark("inputs"),
            )
        both = e.like(first, "mask")
        e(any_of, first.flat, mask.flat, both.flat)
        first = both
    return first


@kernel("n, n -> n", split=True)
def any_of(a, b, out):
    for i in range(a.shape[0]):
        out[i] = 1.0 if a[i] != 0.0 or b[i] != 0.0 else 0.0


def vertex(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a vertex in the table under `type`."""
    return VERTICES.register(type, java=java)
