"""Frozen layers: their parameters stay as they are."""

from typing import Any, ClassVar

from dl4py.layers.base import Layer, UpdatedKeys, layer
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.preprocessors import Preprocessor
from dl4py.shapes import Shape
from dl4py.spec import key

Steps = tuple[Array | None, tuple[Array | None, ...]]
"""The mask and the states that an `emit_steps` takes."""


class Wrapper(Layer):
    """A layer around another, whose shapes and parameters are the inner one's."""

    wraps: ClassVar[tuple[str, ...]] = ("layer",)
    json_variables: ClassVar[bool] = True  # whether DL4J's JSON names the parameters

    @property
    def inner(self) -> Layer:
        """The layer inside."""
        return getattr(self, self.wraps[0])

    def given(self, shape: Shape) -> Any:
        return self.but(**{self.wraps[0]: self.inner.but(name=self.inner.name or self.name).given(shape)})

    def expected(self) -> Shape | None:
        return self.inner.expected()

    def output_shape(self, given: Shape) -> Shape:
        return self.inner.output_shape(given)

    def trained(self) -> UpdatedKeys | None:
        return self.inner.trained()

    def wanted(self, given: Shape) -> Preprocessor | None:
        return self.inner.wanted(given)


def behind_noise(e: Emitter, inner: Any, x: Array, p: Params, *, steps: Steps | None = None) -> tuple[Array, Backward]:
    """A wrapped layer behind the noise on its own input; `steps` calls its `emit_steps` with that mask and states."""
    noise = inner.dropout.emit(e, x) if inner.dropout and e.training else None
    seen = noise[0] if noise else x
    seen.needs_gradient = x.needs_gradient
    y, inner_backward = inner.emit_steps(e, seen, p, *steps) if steps else inner.emit(e, seen, p)

    def backward(dy: Array) -> Array | None:
        dx = inner_backward(dy)
        return noise[1](dx) if noise and dx is not None else dx

    return y, backward


class Still(Wrapper):
    """A layer that does what the inner one does, its parameters frozen."""

    @property
    def masks_rows(self) -> bool:  # type: ignore[override]
        """Whether the mask covers rows of the inner layer."""
        return self.inner.masks_rows


@layer("frozen", java="org.deeplearning4j.nn.conf.layers.misc.FrozenLayer")
class Frozen(Still):
    """The inner layer as in inference: no dropout, running statistics, no gradient, no update, no penalty.

    Layers below get no gradient either.
    """

    frozen: ClassVar[bool] = True
    json_first: ClassVar[tuple[str, ...]] = ("layer",)

    layer: Layer = key("The layer that is frozen.")

    def params(self) -> list[Param]:
        return [param.but(frozen=True) for param in self.inner.params()]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        y, _ = self.inner.emit(e, x, p)
        return y, lambda dy: None


@layer("frozen_with_backprop", java="org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop")
class FrozenWithBackprop(Still):
    """The inner layer with parameters that stay; the gradient passes through to the layers below."""

    summary_name: ClassVar[str] = "FrozenLayerWithBackprop"
    wraps: ClassVar[tuple[str, ...]] = ("underlying",)

    underlying: Layer = key("The layer that is frozen.")

    def params(self) -> list[Param]:
        return [param.but(drifts=True) for param in self.inner.params()]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        scratch = Params({name: _without_gradient(e, array) for name, array in p.items()})
        return behind_noise(e, self.inner, x, scratch)


def _without_gradient(e: Emitter, array: Array) -> Array:
    """The same parameter with a gradient that nobody reads."""
    seen = array.reshape(*array.shape) if array.root.space == "arena" else array.root.ordered(array.shape, array.order)
    seen.gradient = e.array(array.size, name="unused").ordered(array.shape, array.order)
    return seen
