"""What a distribution promises: random arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import numpy as np

from dl4py.registry import Kind
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
DISTRIBUTIONS: Kind[Distribution] = Kind("distribution", package="dl4py.distributions")


class Distribution(Thing):
    """A probability distribution that weights or noise are drawn from."""

    kind: ClassVar[Kind[Any]] = DISTRIBUTIONS

    def sample(self, generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        """An array of that shape, in double."""
        raise NotImplementedError


def distribution(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a distribution in the table under `type`."""
    return DISTRIBUTIONS.register(type, java=java)
