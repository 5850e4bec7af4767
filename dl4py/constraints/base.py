"""What a constraint promises: parameters put back where they are allowed, after each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, TypeVar

import numpy as np

from dl4py.errors import ShapeError
from dl4py.plan import Array, Emitter
from dl4py.registry import Kind
from dl4py.spec import AsTuple, Count, Positive, Thing, key

C = TypeVar("C", bound=type)
CONSTRAINTS: Kind[Constraint] = Kind("constraint", package="dl4py.constraints")


class Constraint(Thing):
    """A projection of parameters.

    `params` names the parameters it holds for; `weights`, `biases` and `all` stand for every weight, every bias, both.
    """

    kind: ClassVar[Kind[Any]] = CONSTRAINTS

    params: Annotated[tuple[str, ...] | None, AsTuple] = key(
        "Names of parameters, or `weights`, `biases`, `all`.", default=("weights",)
    )
    dimensions: Annotated[tuple[Count, ...] | None, AsTuple] = key(
        "Dimensions that a norm runs over: for a dense weight `[n_in, n_out]`, 0 gives a norm per output.",
        default=(0,),
    )
    epsilon: Positive = key("Added to norms that divide.", default=1e-6)

    def emit(self, e: Emitter, w: Array) -> None:
        """Records the calls that project the parameter `w` in place."""
        raise NotImplementedError

    def groups(self, e: Emitter, w: Array) -> tuple[Array, int]:
        """For each value of `w`, as it lies in memory, the number of the norm it belongs to; and how many norms."""
        shape = w.shape
        over = [d for d in self.dimensions or () if d < len(shape)]
        if not over:
            raise ShapeError(
                f"constraint `{self.type}`: none of the dimensions {list(self.dimensions or ())} is one of a parameter "
                f"of shape {list(shape)}",
                at=self.mark("dimensions"),
                hint=f"use dimensions from 0 to {len(shape) - 1}",
            )
        rest = [d for d in range(len(shape)) if d not in over]
        sizes = [shape[d] for d in rest]
        count = int(np.prod(sizes)) if sizes else 1
        numbers = np.arange(count).reshape([shape[d] if d in rest else 1 for d in range(len(shape))])
        numbers = np.broadcast_to(numbers, shape).ravel(order=w.order)  # type: ignore[arg-type]
        return e.constant(numbers, precision="int64"), count


def constraint(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a constraint in the table under `type`."""
    return CONSTRAINTS.register(type, java=java)
