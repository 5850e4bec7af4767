"""Capsules that agree by routing."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.layers.base import layer
from dl4py.layers.recurrent import checked_sequence
from dl4py.layers.same_diff import SameDiffKeys, SameDiffLayer, known, taken_twice
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.shapes import Recurrent, Shape
from dl4py.spec import Flag, Size, key


@layer("capsule", java="org.deeplearning4j.nn.conf.layers.CapsuleLayer")
class Capsule(SameDiffKeys, SameDiffLayer):
    """``v_c = squash(sum_i s_ic u_ic + b_c)``, ``u_ic = W_ic x_i``, the shares ``s_i`` found by routing.

    ``s_i = softmax_c(l_i)`` with logits that are 0 first; after each round but the last ``l_ic += u_ic v_c``. Gradients
    pass through all rounds. Input and output are capsules as DL4J has them, sequences whose features are capsules and
    whose steps are their dimensions: ``[input_capsule_dimensions, batch, input_capsules]`` and
    ``[capsule_dimensions, batch, capsules]``. Parameters
    ``weight [1, input_capsules, capsules capsule_dimensions, input_capsule_dimensions, 1]``,
    ``bias [1, 1, capsules, capsule_dimensions, 1]``.
    Sabour, Frosst and Hinton, "Dynamic Routing Between Capsules", 2017, https://arxiv.org/abs/1710.09829.
    """

    capsules: Size = key("Number of capsules.")
    capsule_dimensions: Size = key("Size of a capsule's vector.")
    routings: Size = key("Rounds of routing.", default=3)
    has_bias: Flag = key("Add a bias for each value.", default=False)
    input_capsules: Size | None = key("Capsules of the input; found when absent.", default=None)
    input_capsule_dimensions: Size | None = key("Size of the input's vectors; found when absent.", default=None)

    def given(self, shape: Shape) -> Self:
        found = checked_sequence(self, None, shape)
        if found.time is None:
            raise ShapeError(
                f"layer `{self.name}` (capsule) takes vectors of one size, its input has steps of any number",
                at=self.mark(),
                hint="put it behind `primary_capsules`, or give the input a `time`",
            )
        wanted, real = (self.input_capsules, self.input_capsule_dimensions), (found.size, found.time)
        if any(ours not in (None, theirs) for ours, theirs in zip(wanted, real, strict=True)):
            raise ShapeError(
                f"layer `{self.name}` (capsule) takes {wanted[0]} capsules of {wanted[1]} values, "
                f"its input has {real[0]} of {real[1]}",
                at=self.mark("input_capsules"),
                hint="leave `input_capsules` and `input_capsule_dimensions` out",
            )
        return self.but(input_capsules=found.size, input_capsule_dimensions=found.time)

    def output_shape(self, given: Shape) -> Shape:
        return Recurrent(self.capsules, self.capsule_dimensions)

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return None

    def params(self) -> list[Param]:
        inputs, size = known(self, "input_capsules", "input_capsule_dimensions")
        values = self.capsules * self.capsule_dimensions
        fans = (float(inputs * size), float(values))
        shape = (1, inputs, values, size, 1)
        bias = [Param.bias("bias", (1, 1, self.capsules, self.capsule_dimensions, 1))] if self.has_bias else []
        return [Param.weight("weight", shape, order="c", fans=fans), *bias]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        u, prediction_backward = self._predicted(e, x, p)
        v, routing_backward = self._routed(e, u, p)
        y = e.array(self.capsule_dimensions, x.columns, self.capsules, name="y")
        e(k.move.copy_any, v.transposed(2, 0, 1), y)

        def backward(dy: Array) -> Array | None:
            dv = e.like(v, "dv")
            e(k.move.copy_any, taken_twice(e, dy).transposed(1, 2, 0), dv)
            du = routing_backward(dv)
            assert du is not None
            return prediction_backward(du)

        return y, backward

    def _predicted(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        """``u [batch, input capsules, capsules, size]``: what each input capsule says of each capsule."""
        _, inputs, values, size, _ = p.weight.shape
        W = p.weight.reshape(1, inputs, values, size)
        vectors = e.array(1, inputs, x.columns, size, name="vectors")
        e(k.move.copy_any, x.transposed(2, 1, 0), vectors.reshape(inputs, x.columns, size))
        u = e.array(x.columns, inputs, self.capsules, self.capsule_dimensions, name="u")
        e(k.gemm.products, vectors, W.transposed(0, 1, 3, 2), _by_capsule(u))

        def backward(du: Array) -> Array | None:
            dW = p.weight.gradient.reshape(*W.shape)
            e(k.gemm.products, _by_capsule(du).transposed(0, 1, 3, 2), vectors, dW)
            if not x.needs_gradient:
                return None
            dvectors, dx = e.like(vectors, "dvectors"), e.like(x, "dx")
            e(k.gemm.products, _by_capsule(du), W, dvectors)
            e(k.move.copy_any, dvectors.reshape(inputs, x.columns, size).transposed(2, 1, 0), dx)
            return dx

        return u, backward

    def _routed(self, e: Emitter, u: Array, p: Params) -> tuple[Array, Backward]:
        batch, inputs, capsules, size = u.shape
        bias = p.bias.reshape(capsules, size) if "bias" in p else e.constant(np.zeros((capsules, size)))
        logits = e.array(batch, inputs, capsules, name="logits")
        e(k.rows.fill, logits.flat, 0.0)
        rounds: list[tuple[Array, Array, Array]] = []
        for i in range(self.routings):
            if i:
                before, logits = logits, e.like(logits, "logits")
                e(k.capsules.agree, before, u, rounds[-1][2], logits)
            coupling, s = e.like(logits, "coupling"), e.array(batch, capsules, size, name="s")
            v = e.like(s, "v")
            e(k.capsules.route, logits, u, bias, coupling, s)
            e(k.capsules.squash, s, v)
            rounds.append((coupling, s, v))

        def backward(dv: Array) -> Array:
            du, dlogits = e.like(u, "du"), e.like(logits, "dlogits")
            dbias = e.array(capsules * size, name="dbias")
            for array in (du, dlogits, dbias):
                e(k.rows.fill, array.flat, 0.0)
            for i, (coupling, s, v) in reversed(list(enumerate(rounds))):
                if i + 1 < self.routings:
                    dv = e.like(v, "dv")
                    e(k.capsules.agree_backward, u, v, dlogits, du, dv)
                e(k.capsules.squash_backward, s, dv)
                if "bias" in p:
                    row = e.like(dbias, "row")
                    e(k.rows.sum_rows, dv.reshape(batch, capsules * size), row)
                    e(k.rows.add, dbias, row)
                e(k.capsules.route_backward, u, coupling, dv, dlogits, du)
            if "bias" in p:
                e(k.move.copy_flat, dbias, p.bias.gradient.flat)
            return du

        return rounds[-1][2], backward

    @classmethod
    def from_dl4j(cls, values: dict[str, Any]) -> dict[str, Any]:
        unknown = {("input_capsules", 0), ("input_capsule_dimensions", 0)}
        return {name: value for name, value in super().from_dl4j(values).items() if (name, value) not in unknown}


def _by_capsule(u: Array) -> Array:
    """``[batch, input capsules, capsules, size]`` as `[1, input capsules, batch, values]`."""
    batch, inputs, capsules, size = u.shape
    return u.reshape(1, batch, inputs, capsules * size).transposed(0, 2, 1, 3)
