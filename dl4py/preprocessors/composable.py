"""Several preprocessors, one after the other."""

from typing import Annotated

from dl4py.plan import Array, Backward, Emitter
from dl4py.preprocessors.base import Preprocessor, preprocessor
from dl4py.shapes import Shape
from dl4py.spec import AsTuple, key


@preprocessor("composable", java="org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor")
class Composable(Preprocessor):
    """The first preprocessor's output goes into the second, and so on."""

    input_pre_processors: Annotated[tuple[Preprocessor, ...], AsTuple] = key("The preprocessors, in order.")

    def output_shape(self, given: Shape) -> Shape:
        for step in self.input_pre_processors:
            given = step.output_shape(given)
        return given

    def emit(self, e: Emitter, x: Array) -> tuple[Array, Backward]:
        backs = []
        for step in self.input_pre_processors:
            x, back = step.emit(e, x)
            backs.append(back)

        def backward(dy: Array) -> Array | None:
            dx: Array | None = dy
            for back in reversed(backs):
                dx = back(dx) if dx is not None else None
            return dx

        return x, backward
