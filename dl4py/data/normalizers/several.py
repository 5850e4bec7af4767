"""Several inputs or outputs, each with statistics of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dl4py.data.normalizers.base import Fitted


@dataclass(frozen=True, eq=False)
class Several(Fitted):
    """Input ``i`` normalized by ``inputs[i]``, the labels of output ``j`` by ``outputs[j]``; None leaves them alone.

    DL4J's `MultiNormalizerStandardize`, `MultiNormalizerMinMaxScaler` and `MultiNormalizerHybrid`.
    """

    inputs: tuple[Fitted | None, ...]
    outputs: tuple[Fitted | None, ...] = ()

    def of_input(self, number: int) -> Fitted | None:
        return self.inputs[number] if number < len(self.inputs) else None

    def touches(self, output: int) -> bool:
        return output < len(self.outputs) and self.outputs[output] is not None

    def applied_labels(self, y: np.ndarray, number: int) -> np.ndarray:
        fitted = self.outputs[number] if self.touches(number) else None
        return y if fitted is None else fitted.apply(y)

    def reverted_output(self, y: np.ndarray, number: int) -> np.ndarray:
        fitted = self.outputs[number] if self.touches(number) else None
        return y if fitted is None else fitted.revert(y)
