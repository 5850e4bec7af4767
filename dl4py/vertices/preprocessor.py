"""A preprocessor as a vertex of its own."""

from collections.abc import Sequence

from dl4py.plan import Array, Emitter
from dl4py.preprocessors import Preprocessor
from dl4py.shapes import Shape
from dl4py.spec import key
from dl4py.vertices.base import Backwards, Vertex, one_input, vertex


@vertex("preprocessor", java="org.deeplearning4j.nn.conf.graph.PreprocessorVertex")
class PreprocessorVertex(Vertex):
    """What the preprocessor makes of its input."""

    pre_processor: Preprocessor = key("The change of shape.")

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        return self.pre_processor.output_shape(one_input(self, given))

    def emit(self, e: Emitter, xs: Sequence[Array]) -> tuple[Array, Backwards]:
        y, backward = self.pre_processor.emit(e, xs[0])
        return y, lambda dy: [backward(dy)]

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        return self.pre_processor.output_mask(e, masks[0])
