"""Output layer that draws the examples of a class together."""

from collections.abc import Callable
from typing import ClassVar

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.errors import ShapeError
from dl4py.kernels.jit import kernel
from dl4py.layers.base import FeedForwardLayer, LossLayerPart, layer, scored
from dl4py.layers.dense import activated, affine, affine_params
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.spec import Flag, Fraction, NonNegative, key


@layer("center_loss_output", java="org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer")
class CenterLossOutput(FeedForwardLayer, LossLayerPart):
    """``y = activation(x W + b)`` with ``score = loss(y, labels) + lambda / 2 |x - labels C|^2``.

    Each step moves the centre of class j by ``-alpha sum over its examples (C_j - x) / (1 + their number)``; no updater
    and no penalty touches the centres. Input ``[batch, n_in]``, output and labels ``[batch, n_out]``. Parameters
    ``W [n_in, n_out]``, ``b [n_out]``, ``cL [n_out, n_in]``: the centres, 0 at first.
    Wen, Zhang, Li and Qiao, "A Discriminative Feature Learning Approach for Deep Face Recognition", 2016,
    https://doi.org/10.1007/978-3-319-46478-7_31.
    """

    summary_name: ClassVar[str] = "CenterLossOutputLayer"
    biases_apart: ClassVar[bool] = False

    activation: Activation = key("Function of the pre-output.", default="softmax", json="activationFn")
    alpha: Fraction = key("Rate of the centres.", default=0.05)
    lambda_: NonNegative = key("Weight of the distance to the centres.", default=2e-4, json="lambda", alias="lambda")
    gradient_check: Flag = key(
        "Let the centres follow the gradient of the score, times `alpha`.", default=False, hidden=True
    )
    has_bias: Flag = key("Add a bias row.", default=True)

    def params(self) -> list[Param]:
        assert self.n_in is not None
        centres = Param("cL", (self.n_out, self.n_in), "c", "statistic", 0.0, averaged=True)
        return [*affine_params(self), centres]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        return activated(e, affine(e, x, p), self.activation)

    def emit_scored(
        self, e: Emitter, x: Array, p: Params, labels: Array, mask: Array | None
    ) -> tuple[Array, Callable[[Array | None], Array | None]]:
        covered = None if mask is None or e.quirk(52) else mask
        if covered is not None:
            labels = self._masked(e, labels, covered)
        z, affine_backward = affine(e, x, p)
        y, to_pre_output = scored(e, z, self.activation, self.loss, labels, mask)
        away = e.like(x, "away")  # labels C - x
        scores = e.array(x.rows, 1, name="scores")
        e(k.gemm.matmul, labels, p.cL, away)
        e(distance, x, away, scores, self.lambda_)
        if covered is not None:
            e(k.rows.mask_rows, away, covered)
            e(k.rows.mask_rows, scores, covered)
        e(k.rows.total, scores.flat, e.score)

        def backward(dy: Array | None) -> Array | None:
            dx = affine_backward(to_pre_output(dy))
            step, count = p.cL.gradient, e.array(self.n_out, name="count")
            e(k.gemm.matmul, labels.T, away, step)
            e(k.rows.sum_rows, labels, count)
            e(centre_step, count, step, self.alpha, self.lambda_ if self.gradient_check else 0.0)
            if dx is not None:
                e(add_scaled, dx.flat, away.flat, -self.lambda_)
            return dx

        return y, backward

    def _masked(self, e: Emitter, labels: Array, mask: Array) -> Array:
        """Labels, 0 where the mask covers an example: it belongs to no centre."""
        if mask.columns > 1:
            raise ShapeError(
                f"layer `{self.name}` ({self.type}) looks at whole examples, so its label mask has one column, found "
                f"{mask.columns}",
                at=self.mark(),
            )
        seen = e.like(labels, "labels")
        e(k.move.copy, labels, seen)
        e(k.rows.mask_rows, seen, mask)
        return seen


@kernel("b n, b n* -> b one", split=True)
def distance(x, away, scores, weight: float):
    """Turns ``labels C`` into ``labels C - x``; ``scores = weight / 2 |labels C - x|^2``."""
    for i in range(x.shape[0]):
        squares = 0.0
        for j in range(x.shape[1]):
            away[i, j] -= x[i, j]
            squares += away[i, j] * away[i, j]
        scores[i, 0] = 0.5 * weight * squares


@kernel("o, o n*")
def centre_step(count, step, alpha: float, weight: float):
    """``step alpha / (1 + count)``, or with a weight ``step alpha weight``."""
    for j in range(step.shape[0]):
        factor = alpha * weight if weight > 0.0 else alpha / (1.0 + count[j])
        for i in range(step.shape[1]):
            step[j, i] *= factor


@kernel("n*, n", split=True)
def add_scaled(a, b, factor: float):
    """``a += factor b``."""
    for i in range(a.shape[0]):
        a[i] += factor * b[i]
