"""Self-attention."""

from dl4py import kernels as k
from dl4py.layers.attention import AttentionLayer, attended
from dl4py.layers.base import layer
from dl4py.layers.same_diff import known, taken_twice
from dl4py.plan import Array, Backward, Emitter, Param, Params


@layer("self_attention", java="org.deeplearning4j.nn.conf.layers.SelfAttentionLayer")
class SelfAttention(AttentionLayer):
    """``y_t = sum_s softmax_s(q_t k_s / sqrt(d)) v_s`` with queries, keys and values of the same sequence, in heads.

    Input ``[time, batch, n_in]``, output ``[time, batch, n_out]``, mask ``[time, batch]``: nothing attends to masked
    steps. With `project_input` parameters ``Wq``, ``Wk``, ``Wv [n_heads, head_size, n_in]`` and
    ``Wo [n_heads head_size, n_out]``; without it the input is query, key and value itself.
    Vaswani et al., "Attention Is All You Need", 2017, section 3.2, https://arxiv.org/abs/1706.03762.
    """

    def params(self) -> list[Param]:
        return self.attention_params(*known(self, "n_in"))

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        y, attention_backward = attended(e, (x, x, x), p, self.n_heads, e.mask)

        def backward(dy: Array) -> Array | None:
            dx, *others = attention_backward(taken_twice(e, dy))
            for other in others:
                if dx is not None and other is not None:
                    e(k.rows.add, dx.flat, other.flat)
            return dx if x.needs_gradient else None

        return y, backward
