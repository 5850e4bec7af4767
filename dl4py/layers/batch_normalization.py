"""Batch normalization."""

from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.layers.base import TrainableLayer, checked_width, layer
from dl4py.layers.columns import as_rows
from dl4py.layers.images import ImageFormat, formatted, place_mask
from dl4py.plan import Array, Backward, Emitter, Param, Params, threads
from dl4py.preprocessors import Preprocessor
from dl4py.preprocessors.automatic import before_images
from dl4py.shapes import Convolutional, Convolutional3D, Recurrent, Shape
from dl4py.spec import Flag, Fraction, Number, Positive, Size, key

MANY = 1 << 15  # values that are worth more than one thread


@layer("batch_normalization", java="org.deeplearning4j.nn.conf.layers.BatchNormalization")
class BatchNormalization(TrainableLayer):
    """``y = gamma (x - mean) / sqrt(var + eps) + beta`` over the batch; running mean and variance in inference.

    Input and output ``[batch, n]`` or ``[batch, n, ..]``: the statistics of a channel are over the batch and all its
    places or steps that are not masked. As in DL4J, the activation is not applied. Parameters ``gamma [n]``,
    ``beta [n]`` (absent when locked), ``mean [n]``, and ``var [n]`` or ``log10stdev [n]``, the logarithm of the
    standard deviation to base 10. The variance is biased.
    ``mean <- decay mean + (1 - decay) batch mean``, the variance likewise.

    Ioffe and Szegedy, "Batch Normalization", 2015, https://arxiv.org/abs/1502.03167.
    """

    summary_name: ClassVar[str] = "BatchNormalization"
    json_constants: ClassVar[dict[str, Any]] = {
        "cudnnAllowFallback": True,
        "timeDistributedFormat": None,
    }

    n_in: Size | None = key("Width of the input; found when absent.", default=None, json="nin")
    n_out: Size | None = key("Width of the output, the input's.", default=None, json="nout")
    decay: Fraction = key("Weight of the past in the running statistics.", default=0.9)
    eps: Positive = key("Added to the variance.", default=1e-5)
    gamma: Number = key("First value, or the value when locked, of the factor.", default=1.0)
    beta: Number = key("First value, or the value when locked, of the summand.", default=0.0)
    lock_gamma_beta: Flag = key("Keep factor and summand at `gamma` and `beta`.", default=False)
    use_log_std: Flag = key(
        "Keep the logarithm of the deviation, as DL4J does, in place of the variance.", default=True
    )
    cnn2d_format: ImageFormat = key(
        "Order of an image's axes, the input's.", default="nchw", json="cnn2DFormat", spelling="upper"
    )
    minibatch: Flag = key("Kept for DL4J.", default=True, hidden=True)

    def given(self, shape: Shape) -> Self:
        width = self._width(shape)
        axes = formatted(self, shape, "cnn2d_format") if isinstance(shape, Convolutional) else {}
        return self.but(n_in=width, n_out=width, **axes)

    def _width(self, shape: Shape) -> int:
        """Columns of rows, channels of images, checked against `n_in`."""
        if not isinstance(shape, Recurrent | Convolutional | Convolutional3D):
            return checked_width(self, self.n_in, shape)
        width = shape.size if isinstance(shape, Recurrent) else shape.channels
        if self.n_in not in (None, width):
            raise ShapeError(
                f"layer `{self.name}` has n_in {self.n_in}, but its input has {width} channels",
                at=self.mark("n_in"),
                hint=f"write `n_in: {width}`, or leave it out",
            )
        return width

    def wanted(self, given: Shape) -> Preprocessor | None:
        return before_images(given)

    def output_shape(self, given: Shape) -> Shape:
        return given

    def with_variables(self, names: tuple[str, ...]) -> Self:
        """DL4J keeps the variance itself only where a parameter is called `var`."""
        return self.but(use_log_std="var" not in names)

    def params(self) -> list[Param]:
        assert self.n_in is not None
        size = (self.n_in,)
        learned = [
            Param("gamma", size, "c", "weight", self.gamma, unpenalized=True),
            Param("beta", size, "c", "weight", self.beta, unpenalized=True),
        ]
        spread = Param(
            "log10stdev" if self.use_log_std else "var",
            size,
            "c",
            "statistic",
            0.0 if self.use_log_std else 1.0,
        )
        return [
            *([] if self.lock_gamma_beta else learned),
            Param("mean", size, "c", "statistic", 0.0),
            spread,
        ]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        rows = as_rows(x)
        mask = None if e.mask is None or e.quirk(17) else place_mask(e, x)
        y, rows_backward = self._emit_rows(e, rows, mask, p)

        def backward(dy: Array) -> Array | None:
            dys = as_rows(dy)
            if mask is not None:
                e(k.rows.mask_rows, dys, mask)
            rows_backward(dys)
            return dy

        return y.reshape(*x.shape), backward

    def _emit_rows(self, e: Emitter, x: Array, mask: Array | None, p: Params) -> tuple[Array, Callable[[Array], None]]:
        n = x.columns
        gamma, beta = (self._locked(e, n, value) for value in (self.gamma, self.beta))
        if not self.lock_gamma_beta:
            gamma, beta = p.gamma, p.beta
        spread = p["log10stdev" if self.use_log_std else "var"]
        log_std = int(self.use_log_std)
        y = e.like(x, "y")
        mean, variance, inverse = (e.array(n, name=name) for name in ("mean", "variance", "inverse"))
        count = e.array(1, precision="float64", name="count")
        seen = mask or e.constant(np.ones((x.rows, 1)))
        if e.training:
            near, sums, squares = e.array(n, name="near"), self._sums(e, x, n), self._sums(e, x, n + 1)
            e(k.norm.shift, x, seen, near)
            e(k.norm.moment_sums, x, seen, near, sums, squares)
            e(k.norm.moments, near, sums, squares, mean, variance, inverse, count, self.eps)
        else:
            e(k.norm.running, p.mean, spread, mean, inverse, log_std, self.eps)
        e(k.norm.batch_norm, x, mean, inverse, gamma, beta, y)
        if mask is not None:
            e(k.rows.mask_rows, y, mask)
        training = e.training

        def backward(dy: Array) -> None:
            dgamma, dbeta = e.array(n, name="dgamma"), e.array(n, name="dbeta")
            if not self.lock_gamma_beta:
                dgamma, dbeta = p.gamma.gradient, p.beta.gradient
            gammas, betas = self._sums(e, x, n), self._sums(e, x, n)
            e(k.norm.batch_norm_sums, x, seen, dy, mean, inverse, gammas, betas)
            e(k.norm.batch_norm_gradients, gammas, betas, dgamma, dbeta)
            if not training:
                e(k.norm.running_backward, dy, inverse, gamma)
                return
            steps = p.mean.gradient, spread.gradient
            e(k.norm.statistics_step, p.mean, spread, mean, variance, *steps, self.decay, log_std)
            if x.needs_gradient:
                e(k.norm.batch_norm_backward, x, seen, mean, inverse, gamma, dgamma, dbeta, count, dy)

        return y, backward

    def _sums(self, e: Emitter, x: Array, n: int) -> Array:
        """Sums of `n` columns in double for each part of the rows, which a thread takes if they are many."""
        parts = min(threads.count(), x.rows) if x.size >= MANY else 1
        return e.array(parts, n, precision="float64", name="sums")

    def _locked(self, e: Emitter, n: int, value: float) -> Array:
        return e.constant(np.full(n, value))
