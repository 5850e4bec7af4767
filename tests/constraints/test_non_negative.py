import numpy as np
from contract import assert_close, check_round_trip, run

from dl4py.constraints.non_negative import NonNegative

W = np.array([[0.3, -1.2, 2.0], [0.4, 0.5, -1.0]])


def constrained(constraint, w, mode="exact"):
    from dl4py.kernels.move import copy_any

    def record(e, ws):
        copy = e.like(ws)
        e(copy_any, ws, copy)
        constraint.emit(e, copy)
        return [copy]

    return run(record, w, mode=mode)[0]


def test_each_column():
    constraint = NonNegative()
    check_round_trip(constraint)
    n = np.linalg.norm(W, axis=0, keepdims=True)
    assert_close(constrained(constraint, W), np.maximum(0, W) + 0 * n, 1e-6, 1e-9)
