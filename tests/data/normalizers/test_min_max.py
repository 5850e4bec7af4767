import numpy as np
from contract import check_round_trip

from dl4py.data import Dataset
from dl4py.data.normalizers.min_max import MinMax

X = np.array([[1.0, 5.0], [3.0, 5.0], [2.0, 5.0]], "f")
Y = np.array([[10.0], [30.0], [20.0]], "f")


def test_columns_fill_the_range():
    check_round_trip(MinMax(min=-1, max=1))
    fitted = MinMax(min=-1, max=1, fit_labels=True).fit(Dataset.from_arrays(X, Y))
    assert np.allclose(fitted.apply(X)[:, 0], [-1, 1, 0])
    assert np.isfinite(fitted.apply(X)).all()
    assert np.allclose(fitted.revert_labels(fitted.apply_labels(Y)), Y, atol=1e-5)
