"""Attention with learned queries."""

from dl4py import kernels as k
from dl4py.kernels.jit import kernel
from dl4py.layers.attention import AttentionLayer, attended
from dl4py.layers.base import layer
from dl4py.layers.same_diff import known, taken_twice
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.shapes import Recurrent, Shape
from dl4py.spec import Size, key


@layer("learned_self_attention", java="org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer")
class LearnedSelfAttention(AttentionLayer):
    """``y_j = sum_s softmax_s(q_j k_s / sqrt(d)) v_s``: sequences of any length become sequences of `n_queries` steps.

    Input ``[time, batch, n_in]``, output ``[n_queries, batch, n_out]``, mask ``[time, batch]``; nothing that comes out
    is masked. Parameters ``Q [1, n_in, n_queries]`` and, with `project_input`, those of `self_attention`. DL4J itself
    loads the layer but cannot run it.
    Vaswani et al., "Attention Is All You Need", 2017, section 3.2, https://arxiv.org/abs/1706.03762.
    """

    n_queries: Size = key("Number of learned queries, the length of the output.", json="nqueries")

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Recurrent)
        return Recurrent(self.n_out or given.size, self.n_queries, given.format)

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return None

    def params(self) -> list[Param]:
        (n_in,) = known(self, "n_in")
        fans = (float(n_in), float(self.n_queries))
        queries = Param.weight("Q", (1, n_in, self.n_queries), order="c", fans=fans)
        return [queries, *self.attention_params(n_in)]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        q = e.array(self.n_queries, x.columns, x.shape[2], name="queries")
        e(k.move.copy_any, p.Q.transposed(2, 0, 1), q)  # the same for each example
        y, attention_backward = attended(e, (q, x, x), p, self.n_heads, e.mask)

        def backward(dy: Array) -> Array | None:
            dq, dkeys, dvalues = attention_backward(taken_twice(e, dy))
            assert dq is not None
            e(sum_examples, dq, p.Q.gradient)
            if dkeys is None or dvalues is None or not x.needs_gradient:
                return None
            e(k.rows.add, dkeys.flat, dvalues.flat)
            return dkeys

        return y, backward


@kernel("q b n -> _ n q")
def sum_examples(dq, out):
    """``out[0, i, j] = sum_n dq[j, n, i]``."""
    out[:] = 0.0
    for j in range(dq.shape[0]):
        for n in range(dq.shape[1]):
            for i in range(dq.shape[2]):
                out[0, i, j] += dq[j, n, i]
