"""Local response normalization."""

from typing import Any, ClassVar

from dl4py.kernels import elementary as el
from dl4py.kernels.jit import kernel
from dl4py.layers.base import layer
from dl4py.layers.images import ImageFormat, SpatialLayer
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.shapes import Shape
from dl4py.spec import Number, Positive, key

exp, log = el.exp, el.log


@layer("local_response_normalization", java="org.deeplearning4j.nn.conf.layers.LocalResponseNormalization")
class LocalResponseNormalization(SpatialLayer):
    """``y_c = x_c / (k + alpha sum_j x_j^2)^beta`` over the channels ``j`` from ``c - n // 2`` to ``c + n // 2``.

    Input and output ``[batch, channels, height, width]``; `alpha` is not divided by `n`.
    Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012, 3.3.
    """

    summary_name: ClassVar[str] = "LocalResponseNormalization"
    json_constants: ClassVar[dict[str, Any]] = {**SpatialLayer.json_constants, "cudnnAllowFallback": True}

    k: Number = key("Added to the sum of squares.", default=2.0)
    n: Positive = key("Neighbouring channels that are summed.", default=5.0)
    alpha: Number = key("Factor of the sum of squares.", default=1e-4)
    beta: Number = key("Exponent.", default=0.75)
    data_format: ImageFormat = key("Order of the axes, the input's.", default="nchw", spelling="upper")

    def output_shape(self, given: Shape) -> Shape:
        return given

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        rows = x.reshape(x.size // x.shape[-1], x.shape[-1])
        base, y = e.like(rows, "base"), e.like(rows, "y")
        half = int(self.n) // 2
        e(normalize, rows, base, y, self.k, half, self.alpha, self.beta)

        def backward(dy: Array) -> Array | None:
            if not x.needs_gradient:
                return None
            dx = e.like(rows, "dx")
            own = int(e.quirk(43))
            sums = e.like(rows, "sums")
            e(normalize_backward, rows, base, y, dy.reshape(*rows.shape), dx, sums, half, self.alpha, self.beta, own)
            return dx.reshape(*x.shape)

        return y.reshape(*x.shape), backward


@kernel("b n -> b n, b n", split=True)
def normalize(x, base, y, k: float, half: int, alpha: float, beta: float):
    """``base = k + alpha sum x^2``, ``y = x base^-beta``."""
    n = x.shape[1]
    for i in range(x.shape[0]):
        for c in range(n):
            base[i, c] = k
        for step in range(-half, half + 1):
            for c in range(max(-step, 0), min(n - step, n)):
                base[i, c] += alpha * x[i, c + step] * x[i, c + step]
        for c in range(n):  # one function a loop: two in one are not vectorized
            y[i, c] = log(base[i, c])
        for c in range(n):
            y[i, c] = x[i, c] * exp(-beta * y[i, c])


@kernel("b n, b n, b n, b n* -> b n, b n", split=True)
def normalize_backward(x, base, y, dy, dx, sums, half: int, alpha: float, beta: float, own: int):
    """``dx_c = dy_c base_c^-beta - 2 alpha beta x_c sum_j dy_j y_j / base_j``; leaves the summands in ``dy``.

    With `own` it is ``base_c`` that divides, as in DL4J.
    """
    n = x.shape[1]
    for i in range(x.shape[0]):
        for c in range(n):
            dx[i, c] = log(base[i, c])
        for c in range(n):
            dx[i, c] = dy[i, c] * exp(-beta * dx[i, c])
        for c in range(n):
            dy[i, c] *= y[i, c] if own else y[i, c] / base[i, c]
            sums[i, c] = 0.0
        for step in range(-half, half + 1):
            for c in range(max(-step, 0), min(n - step, n)):
                sums[i, c] += dy[i, c + step]
        for c in range(n):
            total = sums[i, c] / base[i, c] if own else sums[i, c]
            dx[i, c] -= 2.0 * alpha * beta * x[i, c] * total
