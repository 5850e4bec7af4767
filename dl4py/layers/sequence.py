"""What a recurrent layer computes for all steps at once: products of its input, and gradients of its weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dl4py import kernels as k
from dl4py.layers.recurrent import rows_of
from dl4py.plan import Array, Emitter, threads


@dataclass(frozen=True)
class Seen:
    """All steps of an input as rows, and where each has its 1 if that is all it has (see `kernels.sequence`)."""

    rows: Array
    places: Array
    plain: Array

    @classmethod
    def of(cls, e: Emitter, x: Array) -> Seen:
        """The input `[time, batch, n]`; that of the network is looked at in each run."""
        rows = rows_of(x)
        if x.root.space != "input":
            return cls(rows, e.constant(np.zeros(rows.rows), "int64"), e.constant(np.zeros(1), "int64"))
        places = e.array(rows.rows, precision="int64", name="places")
        plain = e.array(1, precision="int64", name="plain")
        e(k.sequence.one_hot, rows, places, plain)
        return cls(rows, places, plain)

    def times(self, e: Emitter, W: Array, z: Array) -> None:
        """Records ``z = x W``."""
        if self.rows.root.space != "input":
            e(k.gemm.matmul, self.rows, W, z)
            return
        scratch = e.array(threads.count(), k.sequence.times_size(W.rows), name="scratch")
        e(k.sequence.times, self.rows, self.places, self.plain, W, scratch, z)

    def gradients(self, e: Emitter, h: Array, dz: Array, dW: Array, dR: Array, db: Array) -> None:
        """Records ``dW = x' dz``, ``dR = h' dz``, ``db = sum dz``; `h` is each step's state before."""
        scratch = e.array(threads.count(), k.sequence.gradients_size(dW.rows + dR.rows), name="scratch")
        e(k.sequence.gradients, self.rows, self.places, self.plain, rows_of(h), rows_of(dz), scratch, dW, dR, db)
