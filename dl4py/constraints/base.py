"""What a constraint promises: parameters put back where they are allowed, after each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, TypeVar

from dl4py.plan import Array, Emitter
from dl4py.registry import Kind
from dl4py.spec import AsTuple, Count, Thing, key

C = TypeVar("C", bound=type)
CONSTRAINTS: Kind[Constraint] = Kind("constraint", package="dl4py.constraints")


class Constraint(Thing):
    """A projection of parameters.

    `params` names the parameters it holds for; `weights`, `biases` and `all` stand for every weight, every bias, both.
    """

    kind: ClassVar[Kind[Any]] = CONSTRAINTS

    params: Annotated[tuple[str, ...], AsTuple] = key("Parameter names, or `weights`, `biases`, `all`.", default=("weights",))

    def emit(self, e: Emitter, w: Array) -> None:
        """Records the calls that project the parameter `w` in place."""
        raise NotImplementedError


class NormConstraint(Constraint):
    """A constraint on the L2 norm of slices of a parameter."""

    dimensions: Annotated[tuple[Count, ...], AsTuple] = key(
        "Dimensions that a norm runs over: for a dense weight `[n_in, n_out]`, 0 gives a norm per output.", default=(0,)
    )


def constraint(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a constraint in the table under `type`."""
    return CONSTRAINTS.register(type, java=java)
