import numpy as np
import pytest
from contract import check_round_trip

from dl4py.data import Batch, Dataset
from dl4py.data.normalizers.standardize import Moments, Standardize, Standardized
from dl4py.errors import DataError

X = np.random.default_rng(1).normal([3, -2, 7], [1, 5, 0], (200, 3)).astype("f")
Y = np.random.default_rng(2).normal(10, 4, (200, 1)).astype("f")
DATA = Dataset.from_arrays(X, Y)


@pytest.mark.parametrize("name", ["rows whole", "masked", "images"])
def test_real_dl4j(recorded, name):
    real = recorded(f"standardize {name}")
    real.check(Standardize(fit_labels=name != "images").fit([real.batch]))


def test_real_dl4j_in_batches(recorded):
    real = recorded("standardize rows batches")
    real.check(Standardize(fit_labels=True).fit(real.batch.rows(slice(i, i + 4)) for i in range(0, 9, 4)))


def test_columns_get_mean_0_and_deviation_1():
    check_round_trip(Standardize(fit_labels=True))
    fitted = Standardize().fit(DATA)
    z = fitted.apply(X)
    assert z.dtype == np.float32
    assert np.allclose(z.mean(axis=0), 0, atol=1e-5)
    assert np.allclose(z.std(axis=0)[:2], 1, atol=1e-5)
    assert fitted.std[2] == 1.0  # a constant column
    assert fitted.apply_labels(Y) is Y


def test_features_come_back_in_their_units():
    fitted = Standardize().fit(DATA)
    assert np.allclose(fitted.revert(np.zeros((1, 3), "f")), X.astype("d").mean(axis=0), rtol=1e-6)
    assert np.allclose(fitted.revert(fitted.apply(X)), X, atol=1e-5)
    images = np.random.default_rng(3).normal(5, 2, (6, 3, 4, 5)).astype("f")
    channels = Standardize().fit(Dataset.from_arrays(images))
    assert np.allclose(channels.revert(channels.apply(images)), images, atol=1e-5)


def test_labels_come_back_in_their_units():
    fitted = Standardize(fit_labels=True).fit(DATA)
    assert np.allclose(fitted.revert_labels(fitted.apply_labels(Y)), Y, atol=1e-4)


@pytest.mark.parametrize("cuts", [[1], [100], [3, 50, 51]])
def test_moments_of_parts_are_those_of_the_whole(cuts):
    x = 1e4 + np.random.default_rng(4).normal(size=(120, 5))
    parts = [Moments.of(part) for part in np.split(x, cuts)]
    together = parts[0]
    for part in parts[1:]:
        together = together.plus(part)
    assert together.count.tolist() == [120] * 5
    assert np.allclose(together.mean, x.mean(axis=0), rtol=1e-14)
    assert np.allclose(together.squares, ((x - x.mean(axis=0)) ** 2).sum(axis=0), rtol=1e-9)


def test_a_constant_column_stays_constant_over_parts():
    x = np.full((1000, 1), 0.1)
    together = Moments.of(x[:300]).plus(Moments.of(x[300:]))
    assert together.squares.tolist() == [0.0]


def test_masked_steps_are_neither_counted_nor_kept():
    x = np.random.default_rng(5).normal(size=(4, 2, 6))
    mask = np.ones((4, 6))
    mask[1, 3:] = mask[2, :] = 0
    filled = np.where(mask[:, None, :] == 0, 1e6, x)
    fitted = Standardize().fit([Batch((filled,), feature_masks=(mask,))])
    for c in range(2):
        kept = x[:, c, :][mask == 1]
        assert np.isclose(fitted.mean[c], kept.mean(), rtol=1e-6)
        assert np.isclose(fitted.std[c], kept.std(), rtol=1e-6)
    after = fitted.apply_batch(Batch((filled,), feature_masks=(mask,))).features[0]
    assert (after[np.broadcast_to(mask[:, None, :] == 0, after.shape)] == 0).all()


def test_images_are_normalized_by_channel():
    x = np.random.default_rng(3).normal(size=(20, 3, 4, 5)).astype("f") * np.array([1, 2, 3], "f").reshape(1, 3, 1, 1)
    z = Standardize().fit(Dataset.from_arrays(x)).apply(x)
    assert np.allclose(z.std(axis=(0, 2, 3)), 1, atol=1e-4)


def test_what_dl4j_stores_before_first_use():
    fitted = Standardized(np.zeros(2, "f"), np.array([1e-5, 2e-5], "f"))
    assert fitted.std.tolist() == [1.0, np.float32(2e-5)]


REFUSED = [
    (Standardize(), [], "`standardize` has no examples to be fitted on"),
    (Standardize(fit_labels=True), [Batch((X,))], "`fit_labels` is set, but the data has no labels"),
]


@pytest.mark.parametrize(("normalizer", "batches", "expected"), REFUSED)
def test_nothing_to_fit(normalizer, batches, expected):
    with pytest.raises(DataError) as error:
        normalizer.fit(batches)
    assert str(error.value) == expected
