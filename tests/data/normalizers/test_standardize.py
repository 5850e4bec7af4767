import numpy as np
from contract import check_round_trip

from dl4py.data import Dataset
from dl4py.data.normalizers.standardize import Standardize

X = np.random.default_rng(1).normal([3, -2, 7], [1, 5, 0], (200, 3)).astype("f")
Y = np.random.default_rng(2).normal(10, 4, (200, 1)).astype("f")


def test_columns_get_mean_0_and_deviation_1():
    check_round_trip(Standardize(fit_labels=True))
    fitted = Standardize().fit(Dataset.from_arrays(X, Y))
    z = fitted.apply(X)
    assert np.allclose(z.mean(axis=0), 0, atol=1e-5)
    assert np.allclose(z.std(axis=0)[:2], 1, atol=1e-5)
    assert fitted.std[2] == 1.0  # a constant column
    assert fitted.apply_labels(Y) is Y


def test_labels_come_back_in_their_units():
    fitted = Standardize(fit_labels=True).fit(Dataset.from_arrays(X, Y))
    assert np.allclose(fitted.revert_labels(fitted.apply_labels(Y)), Y, atol=1e-4)


def test_images_are_normalized_by_channel():
    x = np.random.default_rng(3).normal(size=(20, 3, 4, 5)).astype("f") * np.array([1, 2, 3], "f").reshape(1, 3, 1, 1)
    z = Standardize().fit(Dataset.from_arrays(x)).apply(x)
    assert np.allclose(z.std(axis=(0, 2, 3)), 1, atol=1e-4)
