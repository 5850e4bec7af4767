"""What a weight initializer promises: first values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.plan import Param
from dl4py.registry import Kind
from dl4py.spec import Thing

C = TypeVar("C", bound=type)
INITIALIZERS: Kind[Initializer] = Kind("weight initializer", package="dl4py.initializers")


class Initializer(Thing):
    """A rule for the first values of weights."""

    kind: ClassVar[Kind[Any]] = INITIALIZERS
    in_rows: ClassVar[bool] = False  # whether rows drawn one after the other are what is drawn at once

    def draw(self, generator: np.random.Generator, param: Param, compatibility: Compatibility) -> np.ndarray:
        """First values in double, of the shape of `param`; its fans scale them."""
        raise NotImplementedError


def initializer(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters an initializer in the table under `type`."""
    return INITIALIZERS.register(type, java=java)
