"""`Param`: what a layer says of one of its parameters; `Params`: its arrays in a plan, by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from dl4py.plan.array import Array


@dataclass(frozen=True)
class Param:
    """A parameter array of a layer: name, shape, order in the flat vector, and how it starts and is trained.

    `role` is ``weight`` (weight initializer, weight regularization), ``bias`` (bias regularization and updater) or
    ``statistic`` (neither; the "gradient" is subtracted as it is, like the running mean of batch normalization; that of
    an `averaged` one is divided by the batch size where DL4J's quirk 12 holds).
    `start` is a constant first value, or one for each place; None asks the weight initializer, `initializer` or else
    the layer's, with `fan_in` and `fan_out`.
    `pretrain` marks parameters that supervised training leaves alone; `frozen` ones have no updater; `drifts`
    ones get no
    gradient but keep updater and penalties where DL4J's quirk 26 holds; `unpenalized` ones have no penalty.
    `with_weights` marks a bias that takes the weights' updater.
    `named_last` says where DL4J names it behind the layer's others: in ``variables`` (of the JSON), in ``summary``.
    `listed` is the order in which DL4J lists values of its gradient where it goes by names (quirk 66).
    """

    name: str
    shape: tuple[int, ...]
    order: str = "f"
    role: str = "weight"
    start: float | tuple[float, ...] | None = None
    fan_in: float = 1.0
    fan_out: float = 1.0
    pretrain: bool = False
    frozen: bool = False
    drifts: bool = False
    unpenalized: bool = False
    averaged: bool = False
    with_weights: bool = False
    initializer: Any = None
    named_last: tuple[str, ...] = ()
    listed: str = "f"

    @classmethod
    def weight(
        cls, name: str, shape: tuple[int, ...], *, order: str = "f", fans: tuple[float, float] | None = None
    ) -> Param:
        """A weight, drawn by the layer's initializer; `fans` default to the two sizes of a matrix."""
        fan_in, fan_out = fans or (float(shape[0]), float(shape[-1]))
        return cls(name, shape, order, "weight", None, fan_in, fan_out)

    @classmethod
    def bias(cls, name: str, shape: tuple[int, ...], start: float = 0.0) -> Param:
        """A bias, `start` everywhere at first."""
        return cls(name, shape, "c", "bias", start)

    @property
    def size(self) -> int:
        """Number of values."""
        return prod(self.shape)

    @property
    def scattered(self) -> bool:
        """Whether values of its gradient are listed in another order than they lie."""
        return self.order != self.listed and len(self.shape) > 1

    def as_listed(self, flat: np.ndarray) -> np.ndarray:
        """Values that lie in `order` in the order `listed`."""
        places = np.arange(self.size).reshape(self.shape, order="C" if self.order == "c" else "F")
        return flat[places.ravel(order="C" if self.listed == "c" else "F")]

    def but(self, **changes: object) -> Param:
        """A copy with other facts."""
        return replace(self, **changes)  # type: ignore[arg-type]


def named(params: list[Param], where: str) -> list[Param]:
    """A layer's parameters in the order in which DL4J names them there, which need not be that of the flat vector."""
    return sorted(params, key=lambda param: where in param.named_last)


class Params(dict[str, Array]):
    """A layer's parameter arrays: `p.W`, `p["W"]`; each has its `gradient`."""

    def __getattr__(self, name: str) -> Array:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None
