import numpy as np

from dl4py.data import BatchIterator, Dataset

DATA = Dataset.from_arrays(np.arange(10.0)[:, None], np.arange(10.0)[:, None])


def numbers(batches):
    return [b.features[0][:, 0].tolist() for b in batches]


def test_every_epoch_sees_all_in_its_own_order():
    batches = BatchIterator(DATA, 4, seed=5)
    first, second = numbers(batches.epoch(0)), numbers(batches.epoch(1))
    assert [len(b) for b in first] == [4, 4, 2]
    assert sorted(sum(first, [])) == list(range(10))
    assert first != second
    assert first == numbers(BatchIterator(DATA, 4, seed=5).epoch(0))
    assert first != numbers(BatchIterator(DATA, 4, seed=6).epoch(0))


def test_skipping_goes_on_where_a_run_stopped():
    batches = BatchIterator(DATA, 4, seed=5)
    assert numbers(batches.epoch(3, skip=2)) == numbers(batches.epoch(3))[2:]


def test_order_of_the_source():
    assert numbers(BatchIterator(DATA, 4, shuffle=False).epoch(7)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
