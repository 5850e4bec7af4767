"""Rectified linear unit."""

from collections.abc import Callable
from math import inf

from dl4py.activations.base import Activation, activation, elementwise
from dl4py.kernels.jit import kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.spec import Number, key


@activation("relu", java="org.nd4j.linalg.activations.impl.ActivationReLU")
class ReLU(Activation):
    """``y = max(0, z)``; with options ``min(max, z)``, below `threshold` ``negative_slope (z - threshold)``."""

    max: Number | None = key("Largest output.", default=None)
    negative_slope: Number | None = key("Slope below the threshold.", default=None)
    threshold: Number | None = key("Where the unit switches on.", default=None)

    @property
    def plain(self) -> bool:
        """Whether it has none of its options."""
        return self.max is None and not self.negative_slope and not self.threshold

    def floored(self, e: Emitter) -> tuple[float, Callable[[Array, Array], Array]] | None:
        def back(y: Array, dy: Array) -> Array:
            e(backward, y.flat, dy.flat)
            return dy

        return (0.0, back) if self.plain else None

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        if self.plain:
            return elementwise(e, z, forward, backward, of_output=True)
        limits = (inf if self.max is None else self.max, self.negative_slope or 0.0, self.threshold or 0.0)
        return elementwise(e, z, general, general_backward, *limits)


@kernel("n -> n", split=True)
def forward(z, y):
    for i in range(z.shape[0]):
        y[i] = max(z[i], 0.0)


@kernel("n, n*", split=True)
def backward(y, dy):
    for i in range(y.shape[0]):
        dy[i] = dy[i] if y[i] > 0.0 else 0.0


@kernel("n -> n", split=True)
def general(z, y, top: float, slope: float, threshold: float):
    for i in range(z.shape[0]):
        y[i] = min(top, z[i] if z[i] >= threshold else slope * (z[i] - threshold))


@kernel("n, n*", split=True)
def general_backward(z, dy, top: float, slope: float, threshold: float):
    """At the threshold the derivative is 1, but at a threshold of 0 it is the slope below, as in DL4J."""
    for i in range(z.shape[0]):
        if z[i] >= top:
            dy[i] = 0.0
        elif z[i] < threshold or (z[i] == 0.0 and threshold == 0.0):
            dy[i] *= slope
