"""Recurrent attention."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dl4py import kernels as k
from dl4py.layers.attention import AttentionLayer, Three, attend, project
from dl4py.layers.base import layer
from dl4py.layers.recurrent import rows_of, step
from dl4py.layers.same_diff import BareActivation, known, taken_twice
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.spec import Count, Flag, key


@layer("recurrent_attention", java="org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer")
class RecurrentAttention(AttentionLayer):
    """``a_t = activation(x_t W + attention(a_{t-1}; x, x) RW + b)``, ``a_0 = activation(x_0 W + b)``.

    Every step asks the whole input, which is keys and values, with the output of the step before as query. Input
    ``[time, batch, n_in]``, output ``[time, batch, n_out]``, mask ``[time, batch]``: nothing attends to masked steps,
    whose output is 0 (DL4J: is not, quirk 17). Parameters ``W [n_in, n_out]``, ``RW [n_out, n_out]``, with
    `project_input` ``Wq [n_heads, head_size, n_out]``, ``Wk``, ``Wv [n_heads, head_size, n_in]``,
    ``Wo [n_heads head_size, n_out]``, then ``b [n_out]``.
    """

    activation: BareActivation = key("Function of the pre-output.", default="tanh", spelling="upper")
    has_bias: Flag = key("Add a bias row.", default=True)
    project_input: Flag = key("Project queries, keys and values before, and heads after.", default=True)
    time_steps: Count = key("Length of the sequences that DL4J saw last.", default=0, hidden=True)

    def params(self) -> list[Param]:
        n_in, n_out = known(self, "n_in", "n_out")
        inward = Param.weight("W", (n_in, n_out), order="c")
        recurrent = Param.weight("RW", (n_out, n_out), order="c")
        bias = [Param.bias("b", (n_out,))] if self.has_bias else []
        return [inward, recurrent, *self.attention_params(n_out), *bias]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        return Run(e, self, x, p, None if e.mask is None or e.quirk(17) else e.mask).emit()


@dataclass
class Run:
    """The arrays of one run: what attention gives for each step but the first, and the way back through each step."""

    e: Emitter
    layer: RecurrentAttention
    x: Array
    p: Params
    mask: Array | None  # of the output
    backs: list[Backward] = field(default_factory=list)
    attention_backs: list[Callable[[Array], Three]] = field(default_factory=list)

    def emit(self) -> tuple[Array, Backward]:
        """All steps; keys and values are projected once."""
        e, x, p = self.e, self.x, self.p
        n = p.W.columns
        z, y = e.array(*x.shape[:2], n, name="z"), e.array(*x.shape[:2], n, name="y")
        e(k.gemm.matmul, rows_of(x), p.W, rows_of(z))
        if "b" in p:
            e(k.rows.add_row, rows_of(z), p.b)
        keys, keys_back = self._projected("Wk")
        values, values_back = self._projected("Wv")
        asked = e.array(*x.shape[:2], values.shape[2], name="asked")
        recurrent = e.like(z, "recurrent") if "Wo" in p else asked
        for t in range(x.rows):
            if t:
                self._ask(step(y, t - 1), keys, values, step(asked, t), step(recurrent, t))
                product = e.array(x.columns, n, name="product")
                e(k.gemm.matmul, step(recurrent, t), p.RW, product)
                e(k.rows.add, step(z, t).flat, product.flat)
            out, back = self.layer.activation.emit(e, step(z, t))
            self.backs.append(back)
            e(k.move.copy, out, step(y, t))
            if self.mask is not None:
                e(k.rows.mask_rows, step(y, t), step(self.mask, t))

        def backward(dy: Array) -> Array | None:
            dz, dkeys, dvalues = self._backward(taken_twice(e, dy), y, keys, values, asked, recurrent)
            inner = keys_back(dkeys), values_back(dvalues)
            e(k.gemm.matmul, rows_of(x).T, rows_of(dz), p.W.gradient)
            if "b" in p:
                e(k.rows.sum_rows, rows_of(dz), p.b.gradient)
            if not x.needs_gradient:
                return None
            dx = e.like(x, "dx")
            e(k.gemm.matmul, rows_of(dz), p.W.T, rows_of(dx))
            for part in inner:
                assert part is not None
                e(k.rows.add, dx.flat, part.flat)
            return dx

        return y, backward

    def _projected(self, name: str) -> tuple[Array, Callable[[Array], Array | None]]:
        return project(self.e, self.x, self.p[name]) if name in self.p else (self.x, lambda d: d)

    def _ask(self, before: Array, keys: Array, values: Array, asked: Array, recurrent: Array) -> None:
        e, p = self.e, self.p
        query = before
        if "Wq" in p:
            query = e.array(before.rows, keys.shape[2], name="query")
            e(k.gemm.matmul, before, flat_heads(p.Wq).T, query)
        out, back = attend(e, (query.reshape(1, *query.shape), keys, values), self.layer.n_heads, e.mask)
        self.attention_backs.append(back)
        e(k.move.copy, rows_of(out), asked)
        if "Wo" in p:
            e(k.gemm.matmul, asked, p.Wo, recurrent)

    def _backward(
        self, dy: Array, y: Array, keys: Array, values: Array, asked: Array, recurrent: Array
    ) -> tuple[Array, Array, Array]:
        e, p = self.e, self.p
        dz, drecurrent, dasked = e.like(y, "dz"), e.like(recurrent, "drecurrent"), e.like(asked, "dasked")
        dquery = e.array(*y.shape[:2], keys.shape[2], name="dquery")
        dkeys, dvalues = e.like(keys, "dkeys"), e.like(values, "dvalues")
        for total in (dkeys, dvalues):
            e(k.rows.fill, total.flat, 0.0)
        for t in reversed(range(y.rows)):
            if self.mask is not None:
                e(k.rows.mask_rows, step(dy, t), step(self.mask, t))
            da = self.backs[t](step(dy, t))
            assert da is not None
            e(k.move.copy, da, step(dz, t))
            if not t:
                break
            e(k.gemm.matmul, step(dz, t), p.RW.T, step(drecurrent, t))
            into = step(drecurrent, t)
            if "Wo" in p:
                into = step(dasked, t)
                e(k.gemm.matmul, step(drecurrent, t), p.Wo.T, into)
            dq, dk, dv = self.attention_backs[t - 1](into.reshape(1, *into.shape))
            e(k.rows.add, dkeys.flat, dk.flat)
            e(k.rows.add, dvalues.flat, dv.flat)
            e(k.move.copy, rows_of(dq), step(dquery, t))
            before = rows_of(dq)
            if "Wq" in p:
                before = e.array(y.columns, y.shape[2], name="dbefore")
                e(k.gemm.matmul, step(dquery, t), flat_heads(p.Wq), before)
            e(k.rows.add, step(dy, t - 1).flat, before.flat)
        self._gradients(later(y, -1), later(asked), later(recurrent), later(dquery), later(drecurrent), later(dz))
        return dz, dkeys, dvalues

    def _gradients(self, *arrays: Any) -> None:
        """Of the weights between steps, from all steps but the first at once."""
        e, p = self.e, self.p
        before, asked, recurrent, dquery, drecurrent, dz = arrays
        products = [(recurrent, dz, p.RW.gradient)]
        if "Wo" in p:
            products += [(asked, drecurrent, p.Wo.gradient), (dquery, before, flat_heads(p.Wq.gradient))]
        for a, b, gradient in products:
            if a.rows:
                e(k.gemm.matmul, a.T, b, gradient)
            else:
                e(k.rows.fill, gradient.flat, 0.0)


def flat_heads(W: Array) -> Array:
    """``[heads, size, n]`` as a matrix."""
    return W.reshape(W.rows * W.columns, W.shape[2])


def later(a: Array, shift: int = 0) -> Array:
    """All steps but the first as rows; with `shift` -1 all but the last."""
    part = a.part(1 + shift, a.rows + shift)
    return part.reshape(part.rows * part.columns, part.shape[2])
