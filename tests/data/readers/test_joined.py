"""Sources side by side."""

import numpy as np
import pytest
from contract import check_round_trip

from dl4py.data.readers.csv import Csv
from dl4py.data.readers.joined import Joined
from dl4py.errors import DataError

TEXT = "1,2,cat,10\n3,4,dog,20\n5,6,cat,30\n"


@pytest.fixture
def path(tmp_path):
    (tmp_path / "a.csv").write_text(TEXT)
    return str(tmp_path / "a.csv")


def parts(path):
    return (
        Csv(path=path, features=("0-1",)),
        Csv(path=path, features=(0,), labels=(2,)),
        Csv(path=path, features=(0,), labels=(3,), regression=True),
    )


def test_two_outputs_of_one_file(path):
    x, kind, amount = parts(path)
    reader = Joined(inputs=(x,), outputs=(kind, amount))
    data = reader.load()
    assert [a.tolist() for a in data.features] == [[[1, 2], [3, 4], [5, 6]]]
    assert [a.tolist() for a in data.labels] == [[[1, 0], [0, 1], [1, 0]], [[10], [20], [30]]]
    assert data.class_names == ("cat", "dog")
    assert data.place(1) == f"{path}:2"
    check_round_trip(reader)


def test_two_inputs_and_some_rows(path):
    x, kind, _ = parts(path)
    data = Joined(inputs=(x, x), outputs=(kind,), rows=(1, 3)).load()
    assert [a.tolist() for a in data.features] == [[[3, 4], [5, 6]]] * 2
    assert len(data.batch(np.array([1])).labels[0]) == 1


def test_parts_of_unlike_length_are_refused(path, tmp_path):
    (tmp_path / "b.csv").write_text("1,2\n")
    x, kind, _ = parts(path)
    with pytest.raises(DataError) as error:
        Joined(inputs=(x, Csv(path=str(tmp_path / "b.csv"))), outputs=(kind,)).load()
    assert str(error.value) == "this part has 1 examples, the first one 3"
    with pytest.raises(DataError) as error:
        Joined(inputs=(x,), outputs=(x,)).load()
    assert (str(error.value), error.value.hint) == ("an output needs labels", "name its columns with `labels`")
