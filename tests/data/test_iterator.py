import numpy as np
import pytest

from dl4py.data import BatchIterator, Dataset
from dl4py.data.normalizers.image_scaler import Scaled
from dl4py.errors import DataError

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
    assert sorted(sum(numbers(BatchIterator(DATA, 4, seed=-1).epoch(0)), [])) == list(range(10))


def test_features_and_labels_stay_together():
    for batch in BatchIterator(DATA, 3, seed=1).epoch(2):
        assert np.array_equal(batch.features[0], batch.labels[0])


def test_skipping_goes_on_where_a_run_stopped():
    batches = BatchIterator(DATA, 4, seed=5)
    assert numbers(batches.epoch(3, skip=2)) == numbers(batches.epoch(3))[2:]


def test_order_of_the_source():
    assert numbers(BatchIterator(DATA, 4, shuffle=False).epoch(7)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_the_short_batch_can_be_left_out():
    batches = BatchIterator(DATA, 4, shuffle=False, drop_last=True)
    assert len(batches) == 2
    assert numbers(batches.epoch(0)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert len(BatchIterator(DATA, 4)) == 3


def test_batches_come_normalized():
    batches = BatchIterator(DATA, 10, shuffle=False, normalizer=Scaled(0.0, 2.0, 4.0))
    assert numbers(batches.epoch(0)) == [[0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5]]


class Counted(Scaled):
    """Remembers how many examples each call was given."""

    def apply_batch(self, batch):
        self.__dict__.setdefault("sizes", []).append(batch.size)
        return super().apply_batch(batch)


@pytest.mark.parametrize(("dtype", "sizes"), [("f", [10]), (np.uint8, [4, 4, 2, 4, 4, 2]), (">f4", [4, 4, 2] * 2)])
def test_numbers_in_memory_are_normalized_once_for_all_epochs(dtype, sizes):
    counted = Counted(0.0, 2.0, 3.0)
    x = np.arange(20).reshape(10, 2)
    batches = BatchIterator(Dataset.from_arrays(x.astype(dtype)), 4, seed=5, normalizer=counted)
    for epoch in range(2):
        given = np.concatenate([batch.features[0] for batch in batches.epoch(epoch)])
        assert np.array_equal(given, counted.apply(x.astype("f"))[batches.order(epoch)])  # to the last bit
    assert counted.sizes == sizes


def test_mapped_numbers_are_normalized_batch_by_batch(tmp_path):
    np.save(tmp_path / "x.npy", np.ones((10, 2), "f"))
    counted = Counted(0.0, 1.0, 4.0)
    data = Dataset.from_arrays(np.load(tmp_path / "x.npy", mmap_mode="r"))
    assert numbers(BatchIterator(data, 5, normalizer=counted).epoch(0)) == [[0.25] * 5] * 2
    assert counted.sizes == [5, 5]


def test_a_batch_has_examples():
    with pytest.raises(DataError) as error:
        BatchIterator(DATA, 0)
    assert str(error.value) == "a batch has at least 1 example, not 0"
