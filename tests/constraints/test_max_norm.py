import numpy as np
from contract import assert_close, check_round_trip, run

from dl4py.constraints.max_norm import MaxNorm

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
    constraint = MaxNorm(max_norm=1.0)
    check_round_trip(constraint)
    n = np.linalg.norm(W, axis=0, keepdims=True)
    assert_close(constrained(constraint, W), W * np.minimum(n, 1.0) / (n + 1e-6), 1e-6, 1e-9)


def test_each_row_of_a_column_major_weight():
    n = np.linalg.norm(W, axis=1, keepdims=True)

    def record(e, flat):
        from dl4py.kernels.move import copy_flat

        copy = e.like(flat)
        e(copy_flat, flat, copy)
        MaxNorm(max_norm=1.0, dimensions=(1,)).emit(e, copy.ordered((2, 3), "f"))
        return [copy]

    found = run(record, W.ravel(order="F"))[0].reshape((2, 3), order="F")
    assert_close(found, W * np.minimum(n, 1.0) / (n + 1e-6), 1e-6, 1e-9)
