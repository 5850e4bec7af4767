import numpy as np
import pytest
from pydantic import ValidationError

from dl4py.data import Dataset
from dl4py.data.splits import Split
from dl4py.errors import DataError
from dl4py.spec.write import write

DATA = Dataset.from_arrays(np.arange(50.0)[:, None], np.eye(2)[(np.arange(50) % 5 == 0).astype(int)])


def numbers(part):
    return part.features[0][:, 0].astype(int).tolist()


def test_parts_share_nothing_and_hold_all():
    train, validation, test = Split(test=0.2, validation=5).parts(DATA)
    assert [len(p) for p in (train, validation, test)] == [35, 5, 10]
    assert sorted(numbers(train) + numbers(validation) + numbers(test)) == list(range(50))


def test_the_seed_decides():
    assert numbers(Split(test=0.2, seed=3).parts(DATA)[2]) == numbers(Split(test=0.2, seed=3).parts(DATA)[2])
    assert numbers(Split(test=0.2, seed=3).parts(DATA)[2]) != numbers(Split(test=0.2, seed=4).parts(DATA)[2])
    assert len(Split(test=0.2, seed=-3).parts(DATA)[2]) == 10


def test_without_shuffling_the_last_are_the_test_part():
    train, validation, test = Split(test=10, shuffle=False).parts(DATA)
    assert validation is None
    assert numbers(train) == list(range(40))
    assert numbers(test) == list(range(40, 50))


def test_strata_keep_their_shares():
    train, validation, test = Split(test=0.2, validation=0.2, stratified=True).parts(DATA)
    assert [part.labels[0].sum(axis=0).tolist() for part in (train, validation, test)] == [[24, 6], [8, 2], [8, 2]]
    assert sorted(numbers(train) + numbers(validation) + numbers(test)) == list(range(50))


def test_places_stay_those_of_the_source():
    test = Split(test=3, shuffle=False).parts(DATA)[2]
    assert test.place(0) == "example 47"


NO_CLASSES = "a stratified split needs labels that are classes, one to an example"
IMPOSSIBLE = [
    ({"test": 50}, DATA, "the split takes 50 + 0 of 50 examples, so none is left to train on"),
    ({"test": 1.5}, DATA, "`test: 1.5` is neither a share below 1 nor a count"),
    ({"test": 5, "stratified": True}, Dataset.from_arrays(np.arange(9.0)[:, None]), NO_CLASSES),
    ({"test": 5, "stratified": True}, Dataset.from_arrays(np.eye(9), np.arange(9.0)[:, None]), NO_CLASSES),
]


@pytest.mark.parametrize(("keys", "data", "expected"), IMPOSSIBLE)
def test_impossible_splits(keys, data, expected):
    with pytest.raises(DataError) as error:
        Split(**keys).parts(data)
    assert str(error.value) == expected


def test_counts_are_written_as_counts():
    assert write(Split(test=52, validation=0.1)) == "test: 52\nvalidation: 0.1\n"
    assert write(Split(test=1.0, validation=2.5)) == "test: 1\nvalidation: 2.5\n"


def test_strata_need_a_random_order():
    with pytest.raises(ValidationError) as error:
        Split(test=5, stratified=True, shuffle=False)
    assert error.value.errors()[0]["msg"] == "`stratified` deals in random order, `shuffle: false` forbids it"
