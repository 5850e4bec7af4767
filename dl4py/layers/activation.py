"""Activation layer."""

from typing import Any, ClassVar

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.layers.base import NO_PARAMETERS, Layer, layer
from dl4py.layers.columns import as_rows
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Shape
from dl4py.spec import key


@layer("activation", java="org.deeplearning4j.nn.conf.layers.ActivationLayer")
class ActivationLayer(Layer):
    """``y = activation(x)``.

    Output shaped like the input.
    """

    summary_name: ClassVar[str] = "ActivationLayer"
    json_constants: ClassVar[dict[str, Any]] = NO_PARAMETERS

    activation: Activation = key("Function of the input.", default="sigmoid", json="activationFn", inherited=True)

    def output_shape(self, given: Shape) -> Shape:
        return given

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        return emit_activation(e, x, self.activation)


def emit_activation(
    e: Emitter, z: Array, activation: Activation, inside: tuple[int, ...] | None = None
) -> tuple[Array, Backward]:
    """``y = activation(z)`` at each place and step; channels are together.

    DL4J takes the softmax of images and sequences over their last axis (quirk 56): `inside` tells which that is, by the
    order of axes of what the layer is given when absent.
    """
    inside = inside or (e.given[0].inside if e.given else tuple(range(len(z.shape))))
    if activation.type == "softmax" and inside[-1] == 1 and len(inside) > 2 and e.quirk(56):
        return over_axis(e, z, activation, inside.index(len(inside) - 1))
    y, back = activation.emit(e, as_rows(z))
    return y.reshape(*z.shape), lambda dy: _shaped(back(as_rows(dy)), z)


def over_axis(e: Emitter, z: Array, activation: Activation, axis: int) -> tuple[Array, Backward]:
    """``y = activation(z)`` along another axis than that of the channels."""
    order = (*(i for i in range(len(z.shape)) if i != axis), axis)
    moved = e.array(*(z.shape[i] for i in order), name="moved")
    e(k.move.copy_any, z.transposed(*order), moved)
    found, back = activation.emit(e, as_rows(moved))
    y = e.like(z, "y")
    e(k.move.copy_any, found.reshape(*moved.shape), y.transposed(*order))

    def backward(dy: Array) -> Array:
        turned, dz = e.like(moved, "turned"), e.like(z, "dz")
        e(k.move.copy_any, dy.transposed(*order), turned)
        gradient = back(as_rows(turned))
        assert gradient is not None
        e(k.move.copy_any, gradient.reshape(*moved.shape), dz.transposed(*order))
        return dz

    return y, backward


def _shaped(a: Array | None, like: Array) -> Array | None:
    return None if a is None else a.reshape(*like.shape)
