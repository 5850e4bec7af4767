"""Attention between sequences."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

from dl4py import kernels as k
from dl4py.errors import ShapeError
from dl4py.kernels.jit import kernel
from dl4py.layers.attention import HeadKeys, attended, checked_heads, head_params
from dl4py.layers.base import UpdatedKeys
from dl4py.layers.recurrent import rows_of, swapped
from dl4py.layers.same_diff import SameDiffKeys, known, listed, taken_twice
from dl4py.plan import Array, Emitter, Param, Params
from dl4py.shapes import Recurrent, Shape, said
from dl4py.spec import Size, key
from dl4py.vertices.base import Backwards, Vertex, vertex


@vertex("attention", java="org.deeplearning4j.nn.conf.graph.AttentionVertex")
class Attention(SameDiffKeys, Vertex, HeadKeys):
    """``y_t = sum_s softmax_s(q_t k_s / sqrt(d)) v_s`` of three inputs: queries, keys and values, in heads.

    Queries ``[steps, batch, n_in_queries]``, keys ``[time, batch, n_in_keys]``, values ``[time, batch, n_in_values]``,
    output ``[steps, batch, n_out]``. Nothing attends to steps that the mask of the keys or of the values covers; output
    is 0 where the mask of the queries is. With `project_input` parameters ``Wq [n_heads, head_size, n_in_queries]``,
    ``Wk``, ``Wv`` likewise and ``Wo [n_heads head_size, n_out]``.
    Vaswani et al., "Attention Is All You Need", 2017, section 3.2, https://arxiv.org/abs/1706.03762.
    """

    summary_name: ClassVar[str] = "SameDiffGraphVertex"
    json_constants: ClassVar[dict[str, Any]] = {"dataType": "FLOAT"}

    n_in_queries: Size | None = key("Width of the queries; found when absent.", default=None, json="ninQueries")
    n_in_keys: Size | None = key("Width of the keys; found when absent.", default=None, json="ninKeys")
    n_in_values: Size | None = key("Width of the values; found when absent.", default=None, json="ninValues")

    def given(self, shapes: Sequence[Shape]) -> Self:
        widths = dict(zip(("n_in_queries", "n_in_keys", "n_in_values"), self._widths(shapes), strict=True))
        for name, width in widths.items():
            if getattr(self, name) not in (None, width):
                raise ShapeError(
                    f"vertex `{self.name}` has {name} {getattr(self, name)}, but the input has {width}",
                    at=self.mark(name),
                    hint=f"write `{name}: {width}`, or leave it out",
                )
        n_out, head_size = checked_heads(self, "vertex", widths["n_in_values"])
        return self.but(**widths, n_out=n_out, head_size=head_size)

    def _widths(self, shapes: Sequence[Shape]) -> list[int]:
        found = [shape.size for shape in shapes if isinstance(shape, Recurrent)]
        if len(found) != 3 or len(shapes) != 3:
            raise ShapeError(
                f"vertex `{self.name}` (attention) takes three sequences, found {said(*shapes)}",
                at=self.mark("inputs"),
                hint="write `inputs: [queries, keys, values]`; a sequence that attends to itself is named three times",
            )
        if not self.project_input and len(set(found)) > 1:
            raise ShapeError(
                f"vertex `{self.name}` (attention) does not project its inputs, "
                f"their widths {', '.join(map(str, found))} must be equal",
                at=self.mark("inputs"),
                hint="write `project_input: true`",
            )
        _, keys, values = shapes
        assert isinstance(keys, Recurrent)
        assert isinstance(values, Recurrent)
        if keys.time != values.time and keys.time and values.time:
            raise ShapeError(
                f"vertex `{self.name}` (attention): {keys.time} keys cannot have {values.time} values",
                at=self.mark("inputs"),
                hint="keys and values are sequences of one length",
            )
        return found

    def params(self) -> list[Param]:
        if not self.project_input:
            return []
        *widths, size, n_out = known(self, "n_in_queries", "n_in_keys", "n_in_values", "head_size", "n_out")
        fans = [*((float(width), float(size)) for width in widths), (float(self.n_heads * size), float(n_out))]
        return head_params(self, widths, fans)

    def trained(self) -> UpdatedKeys | None:
        return self

    def output_shape(self, given: Sequence[Shape]) -> Shape:
        queries = given[0]
        assert isinstance(queries, Recurrent)
        return Recurrent(self.n_out or queries.size, queries.time, queries.format)

    def output_mask(self, e: Emitter, masks: Sequence[Array | None]) -> Array | None:
        return masks[0]

    def emit_with(self, e: Emitter, xs: Sequence[Array], p: Params) -> tuple[Array, Backwards]:
        queries, *others = e.masks or (None, None, None)
        if not p and queries is None and not any(others) and self._features_last(e) and e.quirk(64):
            y, back = self._attended(e, [swapped(e, x) for x in xs], p, None, None)
            return swapped(e, y), lambda dy: [dx and swapped(e, dx) for dx in back(swapped(e, dy))]
        return self._attended(e, xs, p, queries, _both(e, others))

    def _features_last(self, e: Emitter) -> bool:
        return all(isinstance(shape, Recurrent) and shape.format == "NWC" for shape in e.given)

    def _attended(
        self, e: Emitter, xs: Sequence[Array], p: Params, queries: Array | None, seen: Array | None
    ) -> tuple[Array, Backwards]:
        y, attention_backward = attended(e, xs, p, self.n_heads, seen)
        if queries is not None:
            e(k.rows.mask_rows, rows_of(y), rows_of(queries))

        def backward(dy: Array) -> list[Array | None]:
            if queries is not None:
                e(k.rows.mask_rows, rows_of(dy), rows_of(queries))
            return attention_backward(taken_twice(e, dy))

        return y, backward

    def json_beside(self) -> dict[str, Any]:
        params = listed(self.params()) | {"inputs": ["queries", "keys", "values"]}
        return {"layerName": self.name, "name": self.name, "vertexParams": dict(sorted(params.items()))}


def _both(e: Emitter, masks: Sequence[Array | None]) -> Array | None:
    """A step is seen where both masks show it."""
    keys, values = masks
    if keys is None or values is None or keys is values:
        return keys if values is None else values
    seen = e.like(keys, "seen")
    e(smaller, keys.flat, values.flat, seen.flat)
    return seen


@kernel("n, n -> n", split=True)
def smaller(a, b, out):
    for i in range(a.shape[0]):
        out[i] = min(a[i], b[i])
