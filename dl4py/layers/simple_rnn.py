"""Simple recurrent layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from dl4py import kernels as k
from dl4py.layers.base import layer
from dl4py.layers.recurrent import RecurrentLayer, history, rows_of, step
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.spec import Flag, key

StepBackward = Callable[[Array, Array, Array], None]
"""Takes dh and its recurrent part; fills dz."""


@layer("simple_rnn", java="org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn")
class SimpleRnn(RecurrentLayer):
    """``h_t = activation(x_t W + h_{t-1} R + b)``; with layer normalization ``LN(x_t W) g_1 + LN(h_{t-1} R) g_2 + b``.

    Input ``[time, batch, n_in]``, output ``[time, batch, n_out]``. Parameters ``W [n_in, n_out]``,
    ``RW [n_out, n_out]``, ``b [n_out]``, ``g [2 n_out]``. Elman, "Finding Structure in Time", 1990; Ba, Kiros and
    Hinton, "Layer Normalization", 2016. DL4J 1.0.0-M2.1 cannot run it with layer normalization.
    """

    summary_name: ClassVar[str] = "SimpleRnn"
    sees_masks: ClassVar[bool] = True

    has_layer_norm: Flag = key("Normalize each row of both products.", default=False)

    def params(self) -> list[Param]:
        assert self.n_in is not None
        n = self.n_out
        gain = [Param("g", (2 * n,), "c", "weight", self.gain_init)] if self.has_layer_norm else []
        recurrent = Param.weight("RW", (n, n)).but(initializer=self.weight_init_recurrent)
        return [Param.weight("W", (self.n_in, n)), recurrent, Param.bias("b", (n,), self.bias_init), *gain]

    def emit_steps(
        self, e: Emitter, x: Array, p: Params, mask: Array | None, states: tuple[Array | None, ...]
    ) -> tuple[Array, Backward]:
        run = self._forward(e, x, p, mask, states[0])
        if states[0] is not None:
            e(k.move.copy, step(run.h, x.rows), states[0])

        def backward(dy: Array) -> Array | None:
            from_zero = states[0] is not None and e.quirk(15)
            return self._backward(e, x, p, mask, self._forward(e, x, p, mask, None) if from_zero else run, dy)

        return run.h.part(1, x.rows + 1), backward

    def _forward(self, e: Emitter, x: Array, p: Params, mask: Array | None, state: Array | None) -> Run:
        time, batch, _ = x.shape
        n = self.n_out
        z = e.array(time, batch, n, name="z")
        e(k.gemm.matmul, rows_of(x), p.W, rows_of(z))
        run = Run(history(e, time, state, batch, n, "h"))
        if self.has_layer_norm:
            run.input_norm = Norm(e, p, 0, n)
            z = run.input_norm.forward(rows_of(z)).reshape(time, batch, n)
        e(k.rows.add_row, rows_of(z), p.b)
        product = e.array(batch, n, name="product")
        for t in range(time):
            e(k.gemm.matmul, step(run.h, t), p.RW, product)
            added = product
            if self.has_layer_norm:
                run.norms.append(Norm(e, p, n, 2 * n))
                added = run.norms[t].forward(product)
            run.backs.append(self._step(e, step(z, t), added, step(run.h, t + 1)))
            if mask is not None:
                e(k.rows.mask_rows, step(run.h, t + 1), step(mask, t))
        return run

    def _step(self, e: Emitter, z: Array, product: Array, h: Array) -> StepBackward:
        """``h = activation(z + product)``."""
        if self.activation.type == "tanh":
            e(k.recurrent.tanh_step, z, product, h)
            return lambda dh, dproduct, dz: e(k.recurrent.tanh_step_backward, z, dh, dproduct, dz)
        e(k.rows.add, z.flat, product.flat)
        y, activation_backward = self.activation.emit(e, z)
        e(k.move.copy, y, h)

        def backward(dh: Array, dproduct: Array, dz: Array) -> None:
            e(k.rows.add, dh.flat, dproduct.flat)
            activated = activation_backward(dh)
            assert activated is not None
            e(k.move.copy, activated, dz)

        return backward

    def _backward(self, e: Emitter, x: Array, p: Params, mask: Array | None, run: Run, dy: Array) -> Array | None:
        time, batch, n = dy.shape
        dz, dproducts = e.like(dy, "dz"), e.like(dy, "dproducts")  # of z, and of h' R before normalization
        dproduct = e.array(batch, n, name="dproduct")
        e(k.rows.fill, dproduct.flat, 0.0)
        for t in reversed(range(time)):
            if t < time - 1:
                e(k.gemm.matmul, step(dproducts, t + 1), p.RW.T, dproduct)
            if mask is not None:
                for gradient in (step(dy, t), dproduct):
                    e(k.rows.mask_rows, gradient, step(mask, t))
            run.backs[t](step(dy, t), dproduct, step(dz, t))
            e(k.move.copy, step(dz, t), step(dproducts, t))
            if run.norms:
                run.norms[t].backward(step(dproducts, t), first=t == time - 1)
        e(k.gemm.matmul, rows_of(run.h.part(0, time)).T, rows_of(dproducts), p.RW.gradient)
        e(k.rows.sum_rows, rows_of(dz), p.b.gradient)
        if run.input_norm:
            run.input_norm.backward(rows_of(dz), first=True)
        e(k.gemm.matmul, rows_of(x).T, rows_of(dz), p.W.gradient)
        if not x.needs_gradient:
            return None
        dx = e.like(x, "dx")
        e(k.gemm.matmul, rows_of(dz), p.W.T, rows_of(dx))
        return dx


@dataclass
class Run:
    """What the backward needs of a forward: states `[time + 1, batch, n]`, each step's back and normalization."""

    h: Array
    backs: list[StepBackward] = field(default_factory=list)
    norms: list[Norm] = field(default_factory=list)
    input_norm: Norm | None = None


@dataclass
class Norm:
    """Layer normalization of rows with one half of the gain."""

    e: Emitter
    p: Params
    start: int
    stop: int

    def forward(self, a: Array) -> Array:
        """``LN(a) g``."""
        e = self.e
        self.unit, self.inverse, z = e.like(a, "unit"), e.array(a.rows, 1, name="inverse"), e.like(a, "z")
        gain = self.p.g.part(self.start, self.stop)
        e(k.norm.layer_norm, a, gain, self.unit, self.inverse, z, 0.0 if e.quirk(24) else 1e-12)
        return z

    def backward(self, dz: Array, *, first: bool) -> None:
        """Turns ``dz`` into ``da``; the gain's gradient begins with the first call and sums up."""
        e = self.e
        total = self.p.g.gradient.part(self.start, self.stop)
        part = total if first else e.array(self.stop - self.start, name="dg")
        e(k.norm.layer_norm_backward, self.unit, self.inverse, self.p.g.part(self.start, self.stop), dz, part)
        if not first:
            e(k.rows.add, total, part)
