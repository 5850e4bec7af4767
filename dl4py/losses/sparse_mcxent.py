"""Multi-class cross entropy with class numbers as labels."""

import numpy as np

from dl4py.activations.base import Activation
from dl4py.kernels.jit import kernel
from dl4py.losses.base import loss
from dl4py.losses.mcxent import MultiClassCrossEntropy
from dl4py.plan import Array, Emitter


@loss("sparse_mcxent", java="org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT")
class SparseMultiClassCrossEntropy(MultiClassCrossEntropy):
    """`mcxent` of one-hot labels; labels are `[batch, 1]`, whole numbers from 0."""

    def labels_size(self, n_out: int) -> int:
        return 1

    def emit(self, e: Emitter, y: Array, labels: Array, mask: Array | None, score: Array) -> Array:
        return self.emit_elements(e, y, spread(e, labels, y), mask, score)

    def emit_fused(
        self, e: Emitter, z: Array, activation: Activation, labels: Array, mask: Array | None, score: Array
    ) -> tuple[Array, Array] | None:
        return self.emit_softmax(e, z, activation, spread(e, labels, z), mask, score)


def spread(e: Emitter, labels: Array, like: Array) -> Array:
    """One-hot rows of class numbers; a number that is no class gives NaN."""
    wide = e.like(like, "one_hot")
    e(one_hot, labels, wide)
    return wide


@kernel("b _ -> b o", split=True)
def one_hot(labels, wide):
    for i in range(wide.shape[0]):
        c = int(labels[i, 0])
        known = 0 <= c < wide.shape[1]
        for j in range(wide.shape[1]):
            wide[i, j] = 0.0 if known else np.nan
        if known:
            wide[i, c] = 1.0
