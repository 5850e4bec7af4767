"""`Batch`: what one step is fed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Batch:
    """Features and labels of some examples, an array per input and output of the network."""

    features: tuple[np.ndarray, ...]
    labels: tuple[np.ndarray, ...] = ()

    @property
    def size(self) -> int:
        """Number of examples."""
        return len(self.features[0])
