"""The order of a training step in each era of DL4J, chosen by `era` in the network section.

| era | releases | gradient | penalties | score |
|---|---|---|---|---|
| `current` | 1.0.0-beta4 to M2.1 | averaged, clipped, penalized, updater | by class | loss / N + penalties |
| `beta3` | 1.0.0-beta3 | averaged, clipped, updater | after it | loss / N + penalties |
| `beta3_scaled` | beta3, `legacyBatchScaledL2` | the same | after it, divided by N | (loss + penalties) / N |
| `beta2` | 0.5.0 to 1.0.0-beta2 | summed, clipped, updater, averaged | before the average | (loss + penalties) / N |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Era = Literal["current", "beta3", "beta3_scaled", "beta2"]


@dataclass(frozen=True)
class Order:
    """How a step is made from summed gradients."""

    averages_last: bool = False
    """The updater sees sums over the batch; its step is divided by the batch size."""
    penalties_last: bool = False
    """Every penalty is added to the updater's step, without the rate."""
    shares_penalties: bool = False
    """Penalties are divided by the batch size, in the step and in the score."""


ORDERS: dict[Era, Order] = {
    "current": Order(),
    "beta3": Order(penalties_last=True),
    "beta3_scaled": Order(penalties_last=True, shares_penalties=True),
    "beta2": Order(averages_last=True, penalties_last=True, shares_penalties=True),
}


def order_of(era: Era, mode: str) -> Order:
    """The order of a network's steps: that of its era, and today's where `compatibility` is `exact`."""
    return ORDERS[era if mode == "dl4j" else "current"]
