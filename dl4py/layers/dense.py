"""Fully connected layer."""

from math import inf
from typing import ClassVar

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.layers.base import FeedForwardLayer, layer
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.spec import Flag, key

LARGE = 1 << 26  # multiplications


@layer("dense", java="org.deeplearning4j.nn.conf.layers.DenseLayer")
class Dense(FeedForwardLayer):
    """``y = activation(x W + b)``; with layer normalization ``y = activation(LN(x W) g + b)``.

    Input ``[batch, n_in]``, output ``[batch, n_out]``. Parameters ``W [n_in, n_out]``, ``b [n_out]``, ``g [n_out]``.
    Ba, Kiros and Hinton, "Layer Normalization", 2016, https://arxiv.org/abs/1607.06450.
    """

    summary_name: ClassVar[str] = "DenseLayer"

    has_bias: Flag = key("Add a bias row.", default=True)
    has_layer_norm: Flag = key("Normalize each row of the pre-output.", default=False)

    def params(self) -> list[Param]:
        return affine_params(self) + (
            [Param("g", (self.n_out,), "c", "weight", self.gain_init)] if self.has_layer_norm else []
        )

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        if self.has_layer_norm:
            return activated(e, normalized_affine(e, x, p), self.activation)
        floored = self.activation.floored(e) if "b" in p else None
        if floored is None:
            return activated(e, affine(e, x, p), self.activation)
        return affine_above(e, x, p, floored[0])


def activated(e: Emitter, pre_output: tuple[Array, Backward], activation: Activation) -> tuple[Array, Backward]:
    """``y = activation(z)`` behind a pre-output ``z`` with its backward."""
    z, pre_output_backward = pre_output
    y, activation_backward = activation.emit(e, z)

    def backward(dy: Array) -> Array | None:
        dz = activation_backward(dy)
        assert dz is not None
        return pre_output_backward(dz)

    return y, backward


def affine_params(layer: FeedForwardLayer) -> list[Param]:
    """``W [n_in, n_out]`` and, with `has_bias`, ``b [n_out]``."""
    assert layer.n_in is not None
    weights = Param.weight("W", (layer.n_in, layer.n_out))
    if not getattr(layer, "has_bias", True):
        return [weights]
    return [weights, Param.bias("b", (layer.n_out,), layer.bias_init)]


def affine_above(e: Emitter, x: Array, p: Params, floor: float) -> tuple[Array, Backward]:
    """``y = max(x W + b, floor)``."""
    y = e.array(x.rows, p.W.columns, name="y")
    e(k.gemm.affine, x, p.W, p.b, y, floor)

    def backward(dy: Array) -> Array | None:
        e(k.rows.sum_rows_above, y, dy, p.b.gradient, floor)
        return product_backward(e, x, p, dy)

    return y, backward


def affine(e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
    """``z = x W + b`` (no ``b`` where the layer has none)."""
    if "b" not in p:
        return product(e, x, p)
    z = e.array(x.rows, p.W.columns, name="z")
    e(k.gemm.affine, x, p.W, p.b, z, -inf)

    def backward(dz: Array) -> Array | None:
        e(k.rows.sum_rows, dz, p.b.gradient)
        return product_backward(e, x, p, dz)

    return z, backward


def product(e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
    """``z = x W``."""
    z = e.array(x.rows, p.W.columns, name="z")
    e(k.gemm.matmul, x, p.W, z)
    return z, lambda dz: product_backward(e, x, p, dz)


def product_backward(e: Emitter, x: Array, p: Params, dz: Array) -> Array | None:
    """``dW = x' dz`` and, where it is needed, ``dx = dz W'``."""
    e(k.gemm.matmul, x.T, by_column(e, dz, x.columns), p.W.gradient)
    if not x.needs_gradient:
        return None
    dx = e.like(x, "dx")
    e(k.gemm.matmul, dz, p.W.T, dx)
    return dx


def by_column(e: Emitter, dz: Array, n_in: int) -> Array:
    """The same values, those of a column together where a product with them is large: the tile walks down columns."""
    if dz.size * n_in < LARGE:
        return dz
    turned = e.array(dz.columns, dz.rows, name="turned")
    e(k.move.turned, dz, turned)
    return turned.T


def normalized_affine(e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
    """``z = LN(x W) g + b`` with LN over each row: mean 0, biased variance 1."""
    a, back = product(e, x, p)
    unit, inverse, z = e.like(a, "unit"), e.array(a.rows, 1, name="inverse"), e.like(a, "z")
    e(k.norm.layer_norm, a, p.g, unit, inverse, z, 0.0 if e.quirk(24) else 1e-12)
    if "b" in p:
        e(k.rows.add_row, z, p.b)

    def backward(dz: Array) -> Array | None:
        if "b" in p:
            e(k.rows.sum_rows, dz, p.b.gradient)
        e(k.norm.layer_norm_backward, unit, inverse, p.g, dz, p.g.gradient)
        return back(dz)

    return z, backward
