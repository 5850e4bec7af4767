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
        given = e.given[0]
        for step in self.input_pre_processors:
            with e.inside((given,), e.masks):
                x, back = step.emit(e, x)
            given = step.output_shape(given)
            backs.append(back)

        def backward(dy: Array) -> Array | None:
            dx: Array | None = dy
            for back in reversed(backs):
                dx = back(dx) if dx is not None else None
            return dx

        return x, backward

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        given = e.given[0]
        for step in self.input_pre_processors:
            with e.inside((given,), (mask,)):
                mask = step.output_mask(e, mask)
            given = step.output_shape(given)
        return mask
