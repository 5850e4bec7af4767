import numpy as np
import pytest

from dl4py.data import Batch
from dl4py.data.normalizers.min_max import MinMax
from dl4py.data.normalizers.several import Several
from dl4py.data.normalizers.standardize import Standardize

G = np.random.default_rng(5)
TABLE, SERIES = G.normal(3, 2, (40, 3)).astype("f"), G.normal(-1, 5, (40, 2, 6)).astype("f")
PRICES, CLASSES = G.normal(100, 9, (40, 1)).astype("f"), np.eye(2, dtype="f")[np.arange(40) % 2]
MASK = (np.arange(6) < G.integers(1, 7, 40)[:, None]).astype("f")
BATCH = Batch((TABLE, SERIES), (PRICES, CLASSES), (None, MASK))


def test_each_input_has_statistics_of_its_own():
    fitted = Standardize().fit(BATCH.rows(slice(i, i + 10)) for i in range(0, 40, 10))
    made = fitted.apply_batch(BATCH)
    assert np.allclose(made.features[0], (TABLE - TABLE.mean(axis=0)) / TABLE.std(axis=0), atol=1e-5)
    seen = [SERIES[:, c][MASK == 1] for c in range(2)]
    for c in range(2):
        expected = np.where(MASK == 1, (SERIES[:, c] - seen[c].mean()) / seen[c].std(), 0.0)
        assert np.allclose(made.features[1][:, c], expected, atol=1e-5)
    assert made.labels[0] is PRICES
    assert fitted.reverted_output(PRICES, 0) is PRICES


def test_each_output_has_statistics_of_its_own():
    fitted = MinMax(fit_labels=True).fit([BATCH])
    made = fitted.apply_batch(BATCH)
    assert np.allclose(made.labels[0], (PRICES - PRICES.min()) / (PRICES.max() - PRICES.min()), atol=1e-6)
    assert np.allclose(made.labels[1], CLASSES)
    for i in range(2):
        assert np.allclose(fitted.reverted_output(made.labels[i], i), BATCH.labels[i], atol=1e-4)


@pytest.mark.parametrize("number", [1, 2, 7])
def test_what_is_not_named_stays(number):
    one = Standardize().fit([Batch((TABLE,))])
    fitted = Several((one,))
    assert fitted.of_input(number) is None
    assert fitted.reverted_output(PRICES, number) is PRICES
    assert fitted.apply_batch(BATCH).features[1] is SERIES
