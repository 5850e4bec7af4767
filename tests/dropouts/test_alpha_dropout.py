import numpy as np
from contract import check_round_trip, generator, run

from dl4py.dropouts.alpha_dropout import AlphaDropout


def test_mean_and_variance_stay():
    dropout = AlphaDropout(p=0.9)
    check_round_trip(dropout)
    x = generator().normal(size=(200, 200))
    y, _ = run(lambda e, xs: [dropout.emit(e, xs)[0]], x)
    assert abs(y.mean()) < 0.02
    assert abs(y.var() - 1.0) < 0.03


def test_gradient_is_the_slope_where_kept():
    p, low = 0.9, -1.7580993408473766
    a = 1 / np.sqrt(p + low**2 * p * (1 - p))

    def record(e, xs):
        from dl4py.kernels.rows import fill

        y, backward = AlphaDropout(p=p).emit(e, xs)
        ones = e.like(xs)
        e(fill, ones.flat, 1.0)
        return [y, backward(ones)]

    y, dx, _ = run(record, np.zeros((20, 20)))
    kept = np.isclose(y, -a * (1 - p) * low)
    assert np.allclose(dx[kept], a)
    assert not dx[~kept].any()
