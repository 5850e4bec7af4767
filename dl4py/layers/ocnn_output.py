"""One-class neural network: an output that tells the usual from the odd."""

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.kernels.jit import kernel
from dl4py.layers.base import FeedForwardLayer, ScoredPart, layer
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.shapes import FeedForward, Shape
from dl4py.spec import Count, Flag, Number, Positive, Size, key


@layer("ocnn_output", java="org.deeplearning4j.nn.conf.ocnn.OCNNOutputLayer")
class OCNNOutput(FeedForwardLayer, ScoredPart):
    """``y = activation(x v) . w``; examples with ``y < r`` are odd, a share `nu` of those trained on.

    ``score = |w|^2 / 2 + |v|^2 / 2 + mean max(0, r - y) / nu - r``, divided by the batch size as DL4J does it. Input
    ``[batch, n_in]``, output ``[batch, 1]``; labels ``[batch, 1]`` have no effect. Parameters ``w [1, hidden_size]``,
    ``v [n_in, hidden_size]``, ``r``; no penalty touches them. r follows its gradient, which is 0 where a share `nu`
    lies below; DL4J also moves it, at the first step of an epoch, to a percentile of a window that is mostly empty.
    Chalapathy, Menon and Chawla, "Anomaly Detection using One-Class Neural Networks", 2018,
    https://arxiv.org/abs/1802.06360.
    """

    summary_name: ClassVar[str] = "OCNNOutputLayer"
    masks_rows: ClassVar[bool] = False
    json_variables: ClassVar[bool] = False
    json_first: ClassVar[tuple[str, ...]] = ("configureR", "hiddenSize", "initialRValue", "nu", "windowSize")

    n_out: Size = key("Width of the output: 1.", default=1, json="nout", le=1)
    hidden_size: Size = key("Width of the hidden layer.")
    activation: Activation = key("Function of the hidden layer.", default="identity", json="activationFn")
    nu: Positive = key("Share of examples that are odd.", default=0.04, le=1)
    initial_r_value: Number = key("First value of r.", default=0.1, json="initialRValue")
    configure_r: Flag = key("Kept for DL4J.", default=True, json="configureR", hidden=True)
    window_size: Size = key("Kept for DL4J.", default=10000, hidden=True)
    last_epoch_since_r_updated: Count = key("Kept for DL4J.", default=0, json="lastEpochSinceRUpdated", hidden=True)
    has_bias: Flag = key("Kept for DL4J.", default=True, hidden=True)

    def params(self) -> list[Param]:
        assert self.n_in is not None
        hidden = self.hidden_size
        return [
            Param.weight("w", (1, hidden), fans=(float(hidden), 1.0)).but(unpenalized=True),
            Param.weight("v", (self.n_in, hidden)).but(unpenalized=True),
            Param.bias("r", (), self.initial_r_value).but(unpenalized=True),
        ]

    def labels_shape(self, output: Shape) -> Shape:
        return FeedForward(1)

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        u, y = e.array(x.rows, self.hidden_size, name="u"), e.array(x.rows, 1, name="y")
        e(k.gemm.matmul, x, p.v, u)
        g, activation_backward = self.activation.emit(e, u)
        w, dw = (a.flat.reshape(self.hidden_size, 1) for a in (p.w, p.w.gradient))
        e(k.gemm.matmul, g, w, y)

        def backward(dy: Array) -> Array | None:
            e(k.gemm.matmul, g.T, dy, dw)
            dg = e.like(g, "dg")
            e(k.gemm.matmul, dy, w.T, dg)
            du = activation_backward(dg)
            assert du is not None
            e(k.gemm.matmul, x.T, du, p.v.gradient)
            if not x.needs_gradient:
                return None
            dx = e.like(x, "dx")
            e(k.gemm.matmul, du, p.v.T, dx)
            return dx

        return y, backward

    def emit_scored(
        self, e: Emitter, x: Array, p: Params, labels: Array, mask: Array | None
    ) -> tuple[Array, Callable[[Array | None], Array | None]]:
        y, y_backward = self.emit(e, x, p)
        step, below = e.array(x.rows, 1, name="step"), e.array(x.rows, 1, name="below")
        seen = mask or e.constant(np.ones((x.rows, 1)))
        e(hinge, y, p.r.flat, seen, e.score, step, below, self.nu)
        for weights in (p.w, p.v):
            e(half_square, weights.flat, e.score)

        def backward(dy: Array | None) -> Array | None:
            e(r_step, step, p.r.gradient.flat)
            if dy is not None:
                e(k.rows.add, step.flat, dy.flat)
            dx = y_backward(step)
            for weights in (p.w, p.v):
                e(k.rows.add, weights.gradient.flat, weights.flat)
            if dx is not None and e.quirk(41):
                e(k.move.copy_any, below, dx)
            return dx

        return y, backward


@kernel("b one, one, b one, one* -> b one, b one")
def hinge(y, r, mask, score, step, below, nu: float):
    """Adds ``mean max(0, r - y) / nu - r`` to the score; ``step`` is its slope in y, ``below`` 1 where ``y < r``."""
    count = np.float64(0.0)
    for i in range(y.shape[0]):
        count += mask[i, 0]
    factor = np.float64(1.0) / (np.float64(nu) * max(count, np.float64(1.0)))
    total = np.float64(0.0)
    for i in range(y.shape[0]):
        below[i, 0] = mask[i, 0] if y[i, 0] < r[0] else 0.0
        step[i, 0] = -below[i, 0] * factor
        total += step[i, 0] * (y[i, 0] - r[0]) if mask[i, 0] != 0.0 else np.float64(0.0)
    score[0] += total - r[0]


@kernel("n, one*")
def half_square(w, score):
    """``score += |w|^2 / 2``."""
    total = np.float64(0.0)
    for i in range(w.shape[0]):
        total += np.float64(w[i]) * np.float64(w[i])
    score[0] += np.float64(0.5) * total


@kernel("b one -> one")
def r_step(step, dr):
    """``dr = -sum step - 1``: what y gains, r loses."""
    dr[0] = -1.0
    for i in range(step.shape[0]):
        dr[0] -= step[i, 0]
