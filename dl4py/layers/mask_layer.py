"""Activations multiplied by the mask."""

from typing import Any, ClassVar

from dl4py import kernels as k
from dl4py.layers.base import NO_PARAMETERS, Layer, layer
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Shape


@layer("mask_layer", java="org.deeplearning4j.nn.conf.layers.util.MaskLayer")
class MaskLayer(Layer):
    """``y = x mask``: covered rows, steps or pixels become 0. Without a mask ``y = x``.

    Input and output of any shape.
    """

    summary_name: ClassVar[str] = "MaskLayer"
    json_constants: ClassVar[dict[str, Any]] = NO_PARAMETERS

    def output_shape(self, given: Shape) -> Shape:
        return given

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        if e.mask is None:
            return x, lambda dy: dy
        mask = e.mask

        def covered(a: Array, name: str) -> Array:
            out = e.like(a, name)
            if len(a.shape) > 3:
                e(k.recurrent.cover, a, mask, out)
            else:
                e(k.recurrent.masked, *(v.reshape(mask.size, v.size // mask.size) for v in (a, mask, out)))
            return out

        return covered(x, "y"), lambda dy: covered(dy, "dx")
