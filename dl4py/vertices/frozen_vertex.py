"""A vertex that transfer learning froze."""

from collections.abc import Mapping, Sequence

from dl4py.layers.base import UpdatedKeys
from dl4py.plan import Array, Emitter, Param, Params
from dl4py.shapes import Shape
from dl4py.spec import key
from dl4py.vertices.base import Backwards, Vertex, vertex


@vertex("frozen_vertex", java="org.deeplearning4j.nn.conf.graph.FrozenVertex")
class FrozenVertex(Vertex):
    """What the vertex inside does; like a frozen layer it passes no gradient on."""

    underlying: Vertex = key("The vertex inside.")

    @property
    def _named(self) -> Vertex:
        return self.underlying.but(name=self.name)

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        return self._named.output_shape(given)

    def shape_among(self, given: Sequence[Shape], sources: Mapping[str, Shape]) -> Shape:
        return self._named.shape_among(given, sources)

    def given(self, shapes: Sequence[Shape]) -> "FrozenVertex":
        return self.but(underlying=self._named.given(shapes))

    def params(self) -> list[Param]:
        return [param.but(frozen=True) for param in self.underlying.params()]

    def trained(self) -> UpdatedKeys | None:
        return self.underlying.trained()

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        return self.emit_with(e, xs, Params())

    def emit_with(self, e: Emitter, xs: Sequence[Array], p: Params) -> tuple[Array, Backwards]:
        y, _ = self._named.emit_with(e, xs, p)
        return y, lambda dy: [None] * len(xs)

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        return self._named.output_mask(e, masks)
