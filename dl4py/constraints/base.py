"""What a constraint promises: parameters put back where they are allowed, after each step."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Annotated, Any, ClassVar, TypeVar

import numpy as np

from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.registry import Kind
from dl4py.spec import AsTuple, Count, Positive, Thing, key

C = TypeVar("C", bound=type)
CONSTRAINTS: Kind[Constraint] = Kind("constraint", package="dl4py.constraints")

Dimensions = Annotated[tuple[Count, ...] | None, AsTuple]


class Constraint(Thing):
    """A projection of parameters.

    `params` names the parameters it holds for; `weights`, `biases` and `all` stand for every weight, every bias, both.
    DL4J's JSON holds the names alone; null and an empty list, which it knows too, mean no parameter.
    """

    kind: ClassVar[Kind[Any]] = CONSTRAINTS

    params: Annotated[tuple[str, ...] | None, AsTuple] = key(
        "Names of parameters, or `weights`, `biases`, `all`.", default=("weights",)
    )
    dimensions: Dimensions = key(
        "Dimensions that a norm runs over: for a dense weight `[n_in, n_out]`, 0 gives a norm per output.",
        default=(0,),
    )
    epsilon: Positive = key("Added to norms that divide.", default=1e-6)

    def emit(self, e: Emitter, w: Array) -> None:
        """Records the calls that project the parameter `w` in place."""
        raise NotImplementedError

    def groups(self, e: Emitter, w: Array) -> tuple[Array, int]:
        """For each value of `w`, as it lies in memory, the number of the norm it belongs to; and how many norms."""
        over, rank = self.dimensions or (), len(w.shape)
        if not over or max(over) >= rank:
            raise ShapeError(
                f"constraint `{self.type}`: a norm over dimensions {list(over)} of a parameter of shape "
                f"{list(w.shape)}",
                at=self.mark("dimensions"),
                hint="name one or more of its dimensions: " + ", ".join(map(str, range(rank))),
            )
        kept = [1 if d in over else size for d, size in enumerate(w.shape)]
        numbers = np.broadcast_to(np.arange(prod(kept)).reshape(kept), w.shape)
        return e.constant(numbers.ravel(order="F" if w.order == "F" else "C"), precision="int64"), prod(kept)


def constraint(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a constraint in the table under `type`."""
    return CONSTRAINTS.register(type, java=java)
