import numpy as np
from contract import assert_close, check_round_trip, run

from dl4py.constraints.min_max_norm import MinMaxNorm

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
    constraint = MinMaxNorm(min=0.6, max=1.1, rate=0.5)
    check_round_trip(constraint)
    n = np.linalg.norm(W, axis=0, keepdims=True)
    assert_close(constrained(constraint, W), W * (0.5 * np.clip(n, 0.6, 1.1) + 0.5 * n) / (n + 1e-6), 1e-6, 1e-9)


def test_dl4j_mixes_norms_and_ratios():
    n = np.linalg.norm(W, axis=0, keepdims=True)
    found = constrained(MinMaxNorm(min=0.6, max=1.1, rate=0.5), W, "dl4j")
    assert_close(found, W * (0.5 * np.clip(n, 0.6, 1.1) / (n + 1e-6) + 0.5 * (n + 1e-6)), 1e-6, 1e-9)
