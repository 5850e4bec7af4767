"""A recurrent layer in both directions of time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from dl4py import kernels as k
from dl4py.errors import InvalidValue
from dl4py.layers.base import Layer, UpdatedKeys, layer
from dl4py.layers.frozen import behind_noise
from dl4py.layers.recurrent import RecurrentLayer, refuse_state, reversed_in_time, rows_of
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.preprocessors import Preprocessor
from dl4py.shapes import Recurrent, Shape
from dl4py.spec import key


@layer("bidirectional", java="org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional")
class Bidirectional(Layer):
    """``y = fwd(x) ∘ reversed(bwd(reversed(x)))``, where ∘ joins, adds, multiplies or averages.

    Input ``[time, batch, n_in]``, output ``[time, batch, n_out]``, ``2 n_out`` when joined. The whole time axis is
    reversed, masked steps too. Parameters: those of `fwd`, each name after an ``f``, then those of `bwd` after a ``b``.
    Schuster and Paliwal, "Bidirectional Recurrent Neural Networks", 1997.
    """

    summary_name: ClassVar[str] = "BidirectionalLayer"
    wraps: ClassVar[tuple[str, ...]] = ("fwd", "bwd")

    fwd: Layer = key("The recurrent layer that runs forwards.")
    bwd: Layer = key("The one that runs backwards; another of the same kind as `fwd` when absent.", default=None)
    mode: Literal["add", "mul", "average", "concat"] = key(
        "How both outputs become one.", default="concat", spelling="upper"
    )

    @model_validator(mode="before")
    @classmethod
    def _same_kind(cls, value: Any) -> Any:
        if isinstance(value, dict) and "fwd" in value and value.get("bwd") is None:
            value["bwd"] = value["fwd"]
        return value

    @property
    def n_in(self) -> int | None:
        """Width of the input."""
        return _recurrent(self, "fwd").n_in

    @property
    def n_out(self) -> int:
        """Width of the output."""
        return _recurrent(self, "fwd").n_out * (2 if self.mode == "concat" else 1)

    def json_beside(self) -> dict[str, Any]:
        format = _recurrent(self, "fwd").rnn_data_format
        return {"nin": self.n_in or 0, "nout": self.n_out, "rnndataFormat": format.upper()}

    def given(self, shape: Shape) -> Self:
        fed = {
            name: _recurrent(self, name).but(name=getattr(self, name).name or self.name).given(shape)
            for name in self.wraps
        }
        if fed["fwd"].n_out != fed["bwd"].n_out:
            raise InvalidValue(
                f"both directions of layer `{self.name}` need one width, found n_out {fed['fwd'].n_out} and "
                f"{fed['bwd'].n_out}",
                at=self.mark("bwd"),
                hint="leave `bwd` out, it is like `fwd` then",
            )
        return self.but(**fed)

    def expected(self) -> Shape | None:
        return self.fwd.expected()

    def output_shape(self, given: Shape) -> Shape:
        assert isinstance(given, Recurrent)
        return replace(given, size=self.n_out)

    def wanted(self, given: Shape) -> Preprocessor | None:
        return self.fwd.wanted(given)

    def trained(self) -> UpdatedKeys | None:
        return self.fwd.trained()

    def params(self) -> list[Param]:
        return [p.but(name=name[0] + p.name) for name in self.wraps for p in getattr(self, name).params()]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        sees = e.mask is None or _recurrent(self, "fwd").sees_masks or not e.quirk(17)
        return self.emit_steps(e, x, p, e.mask if sees else None, ())

    def emit_steps(
        self, e: Emitter, x: Array, p: Params, mask: Array | None, states: tuple[Array | None, ...]
    ) -> tuple[Array, Backward]:
        """As `emit`, with this `mask [time, batch]`; it keeps no states, the backward direction starts at the end."""
        refuse_state(e, self)
        forth, forth_backward = _direction(e, self, "fwd", x, p, mask)
        turned_mask = None if mask is None else reversed_in_time(e, mask)
        turned, turned_backward = _direction(e, self, "bwd", reversed_in_time(e, x), p, turned_mask)
        back = reversed_in_time(e, turned)
        y = _joined(e, self.mode, forth, back)

        def backward(dy: Array) -> Array | None:
            dforth, dback = _parted(e, self.mode, dy, forth, back)
            turned_dx = turned_backward(reversed_in_time(e, dback))
            dx = forth_backward(dforth)
            if dx is None or turned_dx is None:
                return None
            e(k.rows.add, dx.flat, reversed_in_time(e, turned_dx).flat)
            return dx

        return y, backward


def _recurrent(layer: Bidirectional, name: str) -> RecurrentLayer:
    inner = getattr(layer, name)
    if not isinstance(inner, RecurrentLayer):
        raise InvalidValue(
            f"layer `{layer.name}` runs a recurrent layer in both directions, `{inner.type}` is none",
            at=layer.mark(name),
            hint="take lstm, graves_lstm or simple_rnn",
        )
    return inner


def _direction(
    e: Emitter, layer: Bidirectional, name: str, x: Array, p: Params, mask: Array | None
) -> tuple[Array, Backward]:
    inner = _recurrent(layer, name)
    own = Params({key[1:]: array for key, array in p.items() if key[0] == name[0]})
    return behind_noise(e, inner, x, own, steps=(mask, (None,) * len(inner.states)))


def _joined(e: Emitter, mode: str, forth: Array, back: Array) -> Array:
    time, batch, n = forth.shape
    if mode == "concat":
        y = e.array(time, batch, 2 * n, name="y")
        for i, half in enumerate((forth, back)):
            e(k.move.copy, rows_of(half), rows_of(y).part(i * n, (i + 1) * n, axis=1))
        return y
    y = e.like(forth, "y")
    e(k.move.copy_flat, forth.flat, y.flat)
    e(k.rows.multiply if mode == "mul" else k.rows.add, y.flat, back.flat)
    if mode == "average":
        e(k.rows.scale, y.flat, 0.5)
    return y


def _parted(e: Emitter, mode: str, dy: Array, forth: Array, back: Array) -> tuple[Array, Array]:
    """The gradients of both outputs."""
    dforth, dback = e.like(forth, "dforth"), e.like(back, "dback")
    n = forth.shape[2]
    if mode == "concat":
        for i, half in enumerate((dforth, dback)):
            e(k.move.copy, rows_of(dy).part(i * n, (i + 1) * n, axis=1), rows_of(half))
        return dforth, dback
    if mode == "average":
        e(k.rows.scale, dy.flat, 0.5)
    for half, other in ((dforth, back), (dback, forth)):
        e(k.move.copy_flat, dy.flat, half.flat)
        if mode == "mul":
            e(k.rows.multiply, half.flat, other.flat)
    return dforth, dback
