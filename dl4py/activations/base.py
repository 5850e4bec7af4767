"""What an activation promises: its calls, forward and backward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from dl4py.kernels.jit import Kernel
from dl4py.plan import Array, Backward, Emitter
from dl4py.registry import Kind
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
ACTIVATIONS: Kind[Activation] = Kind("activation", package="dl4py.activations")


class Activation(Thing):
    """A function of each pre-output, or of each row of them."""

    kind: ClassVar[Kind[Any]] = ACTIVATIONS

    def emit(self, e: Emitter, z: Array) -> tuple[Array, Backward]:
        """Records ``y = f(z)``; the backward turns ``dy`` into ``dz``, in its place. `z` is `[batch, n]`."""
        raise NotImplementedError

    def floored(self, e: Emitter) -> tuple[float, Callable[[Array, Array], Array]] | None:
        """Where ``f(z) = max(z, floor)``: the floor, for what makes `z` to see to, and the backward from y and dy."""
        return None


def activation(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters an activation in the table under `type`."""
    return ACTIVATIONS.register(type, java=java)


def elementwise(
    e: Emitter, z: Array, forward: Kernel, backward: Kernel, *constants: float, of_output: bool = False
) -> tuple[Array, Backward]:
    """The calls of a function of each element.

    `forward` is a kernel ``"n -> n"`` (z, y); `backward` is ``"n, n*"``: it multiplies dy by the derivative at z,
    or at y with `of_output`, which lets z die early.
    """
    y = e.like(z, "y")
    e(forward, z.flat, y.flat, *constants)
    at = y if of_output else z

    def back(dy: Array) -> Array:
        e(backward, at.flat, dy.flat, *constants)
        return dy

    return y, back
