"""Attention in heads, as layers and the attention vertex use it.

Vaswani et al., "Attention Is All You Need", 2017, section 3.2, https://arxiv.org/abs/1706.03762.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Self

import numpy as np

from dl4py import kernels as k
from dl4py.errors import InvalidValue, MissingKey
from dl4py.layers.recurrent import checked_sequence, rows_of
from dl4py.layers.same_diff import SameDiffKeys, SameDiffLayer, known
from dl4py.plan import Array, Emitter, Param, Params
from dl4py.preprocessors import Preprocessor
from dl4py.preprocessors.automatic import before_sequences
from dl4py.shapes import Recurrent, Shape
from dl4py.spec import Flag, Size, Thing, key

Three = tuple[Array, Array, Array]
"""Of queries, keys and values."""


class HeadKeys(Thing):
    """Keys of everything that attends."""

    n_out: Size | None = key("Width of the output; that of the input without projection.", default=None, json="nout")
    n_heads: Size = key("Number of heads; more than one needs `project_input`.", default=1, json="nheads")
    head_size: Size | None = key("Width of a head; `n_out / n_heads` when absent.", default=None)
    project_input: Flag = key("Project queries, keys and values before, and heads after.", default=False)


class AttentionLayer(SameDiffKeys, SameDiffLayer, HeadKeys):
    """A layer on sequences that attends to its input."""

    n_in: Size | None = key("Width of the input; found from the layer before when absent.", default=None, json="nin")

    def given(self, shape: Shape) -> Self:
        n_in = checked_sequence(self, self.n_in, shape).size
        n_out, head_size = checked_heads(self, "layer", n_in)
        return self.but(n_in=n_in, n_out=n_out, head_size=head_size)

    def expected(self) -> Shape | None:
        return Recurrent(self.n_in) if self.n_in else None

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Recurrent)
        return replace(given, size=self.n_out or given.size)

    def wanted(self, given: Shape) -> Preprocessor | None:
        return before_sequences(given, "ncw")

    def attention_params(self, n_queries: int) -> list[Param]:
        """``Wq``, ``Wk``, ``Wv`` and ``Wo`` for queries of that width; fans are DL4J's, not those of the shapes."""
        if not self.project_input:
            return []
        n_in, n_out, size = known(self, "n_in", "n_out", "head_size")
        fans = (float(self.n_heads * size), float(n_out))
        return head_params(self, (n_queries, n_in, n_in), (fans, fans, fans, (float(n_in), float(size))))


def checked_heads(thing: HeadKeys, word: str, n_in: int) -> tuple[int, int]:
    """Width of the output and of a head; raises where they do not fit."""
    named = f"{word} `{getattr(thing, 'name', None)}` ({thing.type})"
    if thing.project_input:
        if thing.n_out is None:
            raise MissingKey(f"{named} projects its input and needs `n_out`", at=thing.mark(), hint="add `n_out:`")
        if thing.head_size is None and thing.n_out % thing.n_heads:
            raise InvalidValue(
                f"{named} cannot share an output of {thing.n_out} among {thing.n_heads} heads",
                at=thing.mark("n_heads"),
                hint="write a `head_size`, or an `n_out` that the number of heads divides",
            )
        return thing.n_out, thing.head_size or thing.n_out // thing.n_heads
    if thing.n_heads != 1 or thing.n_out not in (None, n_in):
        raise InvalidValue(
            f"{named} does not project its input: it has one head and an output of {n_in}, "
            f"found {thing.n_heads} heads and an output of {thing.n_out or n_in}",
            at=thing.mark("n_heads" if thing.n_heads != 1 else "n_out"),
            hint="write `project_input: true`",
        )
    return n_in, n_in


def head_params(thing: HeadKeys, widths: Sequence[int], fans: Sequence[tuple[float, float]]) -> list[Param]:
    """``Wq``, ``Wk``, ``Wv [heads, head size, width]``, ``Wo [heads * head size, n_out]``."""
    n_out, size = known(thing, "n_out", "head_size")
    heads = thing.n_heads
    shapes = [*((heads, size, width) for width in widths), (heads * size, n_out)]
    return [
        Param.weight(name, shape, order="c", fans=fan)
        for name, shape, fan in zip(("Wq", "Wk", "Wv", "Wo"), shapes, fans, strict=True)
    ]


def attended(
    e: Emitter, xs: Sequence[Array], p: Params, heads: int, mask: Array | None
) -> tuple[Array, Callable[[Array], list[Array | None]]]:
    """What queries get from keys and values: ``heads of softmax(q k' / sqrt(d)) v``, projected where `p` has weights.

    Queries ``[steps, batch, n]``, keys and values ``[time, batch, n]``, mask of the keys ``[time, batch]``, output
    ``[steps, batch, n_out]``. The backward gives the three gradients.
    """
    if "Wq" not in p:
        y, back = attend(e, xs, heads, mask)
        return y, lambda dy: list(back(dy))
    projections = [project(e, x, p[name]) for x, name in zip(xs, ("Wq", "Wk", "Wv"), strict=True)]
    concatenated, back = attend(e, [array for array, _ in projections], heads, mask)
    y = e.array(*concatenated.shape[:2], p.Wo.columns, name="y")
    e(k.gemm.matmul, rows_of(concatenated), p.Wo, rows_of(y))

    def backward(dy: Array) -> list[Array | None]:
        e(k.gemm.matmul, rows_of(concatenated).T, rows_of(dy), p.Wo.gradient)
        d = e.like(concatenated, "dheads")
        e(k.gemm.matmul, rows_of(dy), p.Wo.T, rows_of(d))
        return [project_back(gradient) for (_, project_back), gradient in zip(projections, back(d), strict=True)]

    return y, backward


def project(e: Emitter, x: Array, W: Array) -> tuple[Array, Callable[[Array], Array | None]]:
    """``x W'`` for each head, heads side by side; ``W [heads, head size, n]``."""
    matrix = W.reshape(W.rows * W.columns, W.shape[2])
    y = e.array(*x.shape[:2], matrix.rows, name="projected")
    e(k.gemm.matmul, rows_of(x), matrix.T, rows_of(y))

    def backward(dy: Array) -> Array | None:
        e(k.gemm.matmul, rows_of(dy).T, rows_of(x), W.gradient.reshape(*matrix.shape))
        if not x.needs_gradient:
            return None
        dx = e.like(x, "dx")
        e(k.gemm.matmul, rows_of(dy), matrix, rows_of(dx))
        return dx

    return y, backward


def attend(e: Emitter, xs: Sequence[Array], heads: int, mask: Array | None) -> tuple[Array, Callable[[Array], Three]]:
    """``softmax(q k' / sqrt(d)) v`` for each head."""
    q, keys, values = xs
    scale = (q.shape[2] // heads) ** -0.5
    seen = e.constant(np.ones((keys.columns, keys.rows))) if mask is None else mask.T
    weights = e.array(q.columns, heads, q.rows, keys.rows, name="weights")
    y = e.array(*q.shape[:2], values.shape[2], name="heads")
    e(k.attention.compare, q, keys, weights)
    e(k.attention.softmax, weights, seen, scale)
    e(k.attention.gather, weights, values, y)

    def backward(dy: Array) -> Three:
        dweights, dq, dkeys, dvalues = (e.like(a) for a in (weights, q, keys, values))
        e(k.attention.give_back, weights, dy, dvalues)
        e(k.attention.compare, dy, values, dweights)
        e(k.attention.softmax_backward, weights, dweights, scale)
        e(k.attention.gather, dweights, keys, dq)
        e(k.attention.give_back, dweights, q, dkeys)
        return dq, dkeys, dvalues

    return y, backward
