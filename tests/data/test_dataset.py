import pickle

import numpy as np
import pytest

from dl4py.data import Dataset
from dl4py.data.iterator import BatchIterator
from dl4py.data.normalizers.standardize import Standardize
from dl4py.errors import DataError

X = np.arange(20.0).reshape(10, 2)
DATA = Dataset.from_arrays(X, X[:, :1])


def test_places_follow_the_rows():
    part = DATA.rows(np.array([7, 3, 5])).rows(slice(1, None))
    assert [part.place(i) for i in range(2)] == ["example 3", "example 5"]
    assert part.features[0].tolist() == [[6, 7], [10, 11]]
    again = pickle.loads(pickle.dumps(part))  # as it goes to a worker
    assert again.place(1) == "example 5"
    assert np.array_equal(again.labels[0], part.labels[0])


@pytest.mark.parametrize("count", [1, 3, 4, 10, 99])
def test_partitions_are_even_and_hold_all(count):
    parts = DATA.partitions(count)
    sizes = [len(part) for part in parts]
    assert len(parts) == min(count, 10)
    assert max(sizes) - min(sizes) <= 1
    assert np.array_equal(np.concatenate([part.features[0] for part in parts]), X)
    assert parts[-1].place(sizes[-1] - 1) == "example 9"


def test_blocks_hold_all_in_order():
    x = np.arange(5_000 * 1_000, dtype=np.float32).reshape(5_000, 1_000)
    blocks = [batch.features[0] for batch in Dataset.from_arrays(x)]
    assert len(blocks) > 1
    assert np.array_equal(np.concatenate(blocks), x)


def test_whole_numbers_become_single_precision_in_a_batch():
    pixels = Dataset.from_arrays(np.array([[0, 255]], np.uint8))
    assert pixels.features[0].dtype == np.uint8
    assert pixels.batch(slice(None)).features[0].dtype == np.float32
    assert DATA.batch(slice(None)).features[0].dtype == np.float64


BROKEN = [
    ((X, X[:9]), "features and labels differ in length: 10, 9 examples"),
    (([],), "a data set needs at least one array of features"),
    ((np.array([["a"]]),), "a data set holds numbers, found an array of <U1"),
]


@pytest.mark.parametrize(("arrays", "expected"), BROKEN)
def test_what_is_no_data_set(arrays, expected):
    with pytest.raises(DataError) as error:
        Dataset.from_arrays(*arrays)
    assert str(error.value) == expected


def test_an_autoencoder_learns_its_normalized_features():
    x = np.arange(12.0).reshape(6, 2)
    data = Dataset.from_arrays(x, np.ones((6, 1))).mirrored()
    fitted = Standardize().fit(data)
    for source in (data.normalized(fitted), data):
        batch = next(
            BatchIterator(source, 4, shuffle=False, normalizer=None if source is not data else fitted).epoch(0)
        )
        assert np.array_equal(batch.labels[0], batch.features[0])
        assert np.allclose(batch.features[0], (x[:4] - x.mean(0)) / x.std(0))
