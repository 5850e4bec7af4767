"""Lengths of capsules."""

from dl4py import kernels as k
from dl4py.layers.base import layer
from dl4py.layers.recurrent import checked_sequence
from dl4py.layers.same_diff import BareInitializer, SameDiffLayer, taken_twice
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import FeedForward, Recurrent, Shape
from dl4py.spec import key


@layer("capsule_strength", java="org.deeplearning4j.nn.conf.layers.CapsuleStrengthLayer")
class CapsuleStrength(SameDiffLayer):
    """``y_c = |x_c|``: how sure each capsule is.

    Input: capsules as DL4J has them, ``[size, batch, capsules]``; output ``[batch, capsules]``.
    Sabour, Frosst and Hinton, "Dynamic Routing Between Capsules", 2017, https://arxiv.org/abs/1710.09829.
    """

    weight_init: BareInitializer | None = key(
        "Kept for DL4J, there are no weights.", default=None, spelling="upper", hidden=True
    )

    def given(self, shape: Shape) -> "CapsuleStrength":
        checked_sequence(self, None, shape)
        return self

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Recurrent)
        return FeedForward(given.size)

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return None

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        y = e.array(x.columns, x.shape[2], name="y")
        e(k.capsules.strength, x, y)

        def backward(dy: Array) -> Array | None:
            if not x.needs_gradient:
                return None
            dx = e.like(x, "dx")
            e(k.capsules.strength_backward, x, y, taken_twice(e, dy), dx)
            return dx

        return y, backward
