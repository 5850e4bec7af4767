"""Weights as bfloat16 holds them: eight bits of a number's significance, the exponents of single precision.

Wang and Kanwar, "BFloat16: The secret to high performance on Cloud TPUs", 2019.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from dl4py.network.network import Network

PART = 1 << 20  # values that are rounded at once


def nearest(values: np.ndarray) -> np.ndarray:
    """The nearest bfloat16 of each value, in single precision; of two the even one; NaN stays NaN."""
    bits = np.asarray(values, np.float32).view(np.uint32)
    rounded = (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) & np.uint32(0xFFFF0000)
    return np.where(np.isnan(values), np.float32(np.nan), rounded.view(np.float32))


def round_weights(network: Network) -> None:
    """All weights become the nearest bfloat16; biases and what normalization learns stay.

    The network is for predictions then.
    """
    for slot in network.parameters.slots:
        if slot.param.role == "weight" and not slot.param.unpenalized:
            for start in range(slot.offset, slot.stop, PART):
                part = network.params[start : min(start + PART, slot.stop)]
                part[:] = nearest(part)
