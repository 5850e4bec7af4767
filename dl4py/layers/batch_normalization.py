"""Batch normalization."""

from typing import Any, ClassVar, Self

from dl4py import kernels as k
from dl4py.layers.base import TrainableLayer, checked_width, layer
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.shapes import Shape
from dl4py.spec import Flag, Fraction, Number, Positive, Size, key


@layer("batch_normalization", java="org.deeplearning4j.nn.conf.layers.BatchNormalization")
class BatchNormalization(TrainableLayer):
    """``y = gamma (x - mean) / sqrt(var + eps) + beta`` over the batch; running mean and variance in inference.

    Input and output ``[batch, n]``. Parameters ``gamma [n]``, ``beta [n]`` (absent when locked), ``mean [n]``, and
    ``var [n]`` or ``log10stdev [n]``, the logarithm of the standard deviation to base 10. The variance is biased.
    ``mean <- decay mean + (1 - decay) batch mean``, the variance likewise.

    Ioffe and Szegedy, "Batch Normalization", 2015, https://arxiv.org/abs/1502.03167.
    """

    summary_name: ClassVar[str] = "BatchNormalization"
    json_constants: ClassVar[dict[str, Any]] = {
        "cnn2DFormat": "NCHW",
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
    minibatch: Flag = key("Kept for DL4J.", default=True, hidden=True)

    def given(self, shape: Shape) -> Self:
        width = checked_width(self, self.n_in, shape)
        return self.but(n_in=width, n_out=width)

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
        n = x.columns
        gamma, beta = (self._locked(e, n, value) for value in (self.gamma, self.beta))
        if not self.lock_gamma_beta:
            gamma, beta = p.gamma, p.beta
        spread = p["log10stdev" if self.use_log_std else "var"]
        unit, y = e.like(x, "unit"), e.like(x, "y")
        mean, variance = e.array(n, name="mean"), e.array(n, name="variance")
        if e.training:
            e(k.norm.moments, x, mean, variance)
        else:
            e(k.norm.running, p.mean, spread, mean, variance, int(self.use_log_std))
        e(k.norm.batch_norm, x, mean, variance, gamma, beta, unit, y, self.eps)

        def backward(dy: Array) -> Array | None:
            dgamma, dbeta = e.array(n, name="dgamma"), e.array(n, name="dbeta")
            if not self.lock_gamma_beta:
                dgamma, dbeta = p.gamma.gradient, p.beta.gradient
            e(k.norm.batch_norm_sums, unit, dy, dgamma, dbeta)
            if e.training:
                e(
                    k.norm.statistics_step, p.mean, spread, mean, variance, p.mean.gradient, spread.gradient,
                    self.decay, int(self.use_log_std),
                )  # fmt: skip
                e(
                    k.norm.batch_norm_backward,
                    unit,
                    variance,
                    gamma,
                    dgamma,
                    dbeta,
                    dy,
                    self.eps,
                    float(dy.rows),
                )
            else:
                e(k.norm.running_backward, variance, gamma, dy, self.eps)
            return dy

        return y, backward

    def _locked(self, e: Emitter, n: int, value: float) -> Array:
        import numpy as np

        return e.constant(np.full(n, value))
