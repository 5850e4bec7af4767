import io
import sys

import numpy as np
import pytest

from dl4py.data.features import read_features
from dl4py.errors import DataError

X = np.array([[1.5, 2.0], [3.0, 4.0]], "f")


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


FORMS = {
    "a.csv": b"1.5,2\n3,4\n",
    "named.csv": b"x,y\n1.5,2\n3,4\n",
    "a.jsonl": b'[1.5, 2]\n{"features": [3, 4]}\n',
    "a.npz": npz(x0=X),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("pipe", [False, True])
def test_forms(tmp_path, monkeypatch, name, pipe):
    if pipe:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FORMS[name])))
        source = "-"
    else:
        (tmp_path / name).write_bytes(FORMS[name])
        source = str(tmp_path / name)
    assert np.array_equal(read_features(source)[0], X)


BROKEN = [
    ("a.csv", b"1,2\n3,x\n", "a.csv:2: column 2 must be a number, found `x`"),
    ("a.csv", b"1,2\n3\n", "a.csv:2: 1 fields, expected 2"),
    ("a.csv", b"", "a.csv holds no examples"),
    ("a.jsonl", b"[1, 2]\n{}\n", "a.jsonl:2: expected a list of numbers, found `{}`"),
    ("a.jsonl", b"[1, 2]\n[1]\n", "a.jsonl:2: 1 numbers, expected 2"),
]


@pytest.mark.parametrize(("name", "data", "expected"), BROKEN)
def test_broken(tmp_path, name, data, expected):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError) as error:
        read_features(str(tmp_path / name))
    assert str(error.value).replace(str(tmp_path) + "/", "") == expected


def test_pickles_are_not_loaded(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(DataError) as error:
        read_features(str(tmp_path / "a.npy"))
    assert "is no array of numbers" in str(error.value)
