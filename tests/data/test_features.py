import gzip
import io
import sys
from pathlib import Path

import numpy as np
import pytest

from dl4py.data.features import read_features
from dl4py.errors import DataError

FILES = Path(__file__).parent / "files"
X = np.array([[1.5, 2.0], [3.0, 4.0]], "f")


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


FORMS = {
    "a.csv": b"1.5,2\n3,4\n",
    "a.csv.gz": gzip.compress(b"1.5,2\n3,4\n"),
    "named.csv": b"x,y\r\n1.5,2\r\n\r\n3,4\r\n",
    "a.jsonl": b'[1.5, 2]\n{"features": [3, 4]}\n',
    "a.npz": npz(x0=X),
    "only.npz": npz(features=X),
    "a.npy": npy(X.astype(np.float64)),
}


def given(tmp_path, monkeypatch, data, pipe, name="input"):
    if pipe:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return "-"
    (tmp_path / name).write_bytes(data)
    return str(tmp_path / name)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("pipe", [False, True])
def test_forms(tmp_path, monkeypatch, name, pipe):
    found = read_features(given(tmp_path, monkeypatch, FORMS[name], pipe, name)).features
    assert [a.dtype for a in found] == [np.float32]
    assert np.array_equal(found[0], X)


@pytest.mark.parametrize("pipe", [False, True])
def test_images_of_mnist(tmp_path, monkeypatch, pipe):
    packed = (FILES / "t10k-images-idx3-ubyte.gz").read_bytes()
    pixels = np.frombuffer(gzip.decompress(packed), np.uint8, offset=16)
    assert np.array_equal(
        read_features(given(tmp_path, monkeypatch, packed, pipe)).features[0], pixels.reshape(-1, 784)
    )


def test_nested_lists_are_images_or_sequences(tmp_path):
    (tmp_path / "a").write_text("[[1, 2], [3, 4]]\n[[5, 6], [7, 8]]\n")
    assert read_features(tmp_path / "a").features[0].tolist() == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]


def test_several_inputs_in_the_order_of_their_names(tmp_path):
    (tmp_path / "a").write_bytes(npz(x1=X + 1, x0=X, other=X - 1))
    found = read_features(tmp_path / "a").features
    assert np.array_equal(found, [X, X + 1])


def test_the_form_can_be_named(tmp_path):
    (tmp_path / "a").write_bytes(b"[1.5, 2]\n")
    with pytest.raises(DataError) as error:
        read_features(tmp_path / "a", "csv")
    assert str(error.value).endswith("a holds no examples")  # a line of names, as CSV sees it
    with pytest.raises(DataError) as error:
        read_features(tmp_path / "a", "xml")
    assert (str(error.value), error.value.hint) == (
        "no form of features is called `xml`",
        "known: csv, jsonl, npz, npy, idx",
    )


BROKEN = [
    (b"1,2\n3,x\n", "a:2: column 1 must be a number, found `x`"),
    (b"1,x\n3,4\n", "a:1: column 1 must be a number, found `x`"),
    (b"1,2\n3,\n", "a:2: column 1 must be a number, found ``"),
    (b"1,2\n3\n", "a:2: 1 field, expected 2"),
    (b"", "a holds no examples"),
    (b"x,y\n", "a holds no examples"),
    (b"1,\xff\n", "a:1: byte 0xff is not utf-8 text"),
    (b"[1, 2]\n{}\n", "a:2: expected a list of numbers, found `{}`"),
    (b"[1, 2]\n[]\n", "a:2: expected a list of numbers, found `[]`"),
    (b"[1, 2]\n[1, [2]]\n", "a:2: expected a list of numbers, found `[1, [2]]`"),
    (b"[1, 2]\n[1]\n", "a:2: 1 numbers, expected 2"),
    (b"[1, 2]\n[1, NaN]\n", "a: example 1 holds a number that is not finite"),
    (npz(a=X, b=X), "a holds a, b; which are features?"),
    (npz(x=X[:0]), "a holds no examples"),
    (b"\0\0\x08\x01\0\0\0\x03ab", "a is cut off: 3 values of 1 byte end at byte 11, the file at byte 10"),
]


@pytest.mark.parametrize(("data", "expected"), BROKEN)
def test_broken(tmp_path, data, expected):
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(DataError) as error:
        read_features(tmp_path / "a")
    assert str(error.value).replace(str(tmp_path) + "/", "") == expected


def test_missing_file_names_its_neighbour(tmp_path):
    (tmp_path / "flowers.csv").write_text("1,2\n")
    with pytest.raises(DataError) as error:
        read_features(tmp_path / "flower.csv")
    assert error.value.hint == f"did you mean `{tmp_path / 'flowers.csv'}`?"


@pytest.mark.parametrize("data", [npy(np.array([{}], object)), npz(x=np.array([{}], object))])
def test_pickles_are_not_loaded(tmp_path, data):
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(DataError) as error:
        read_features(tmp_path / "a")
    assert str(error.value).endswith("Object arrays cannot be loaded when allow_pickle=False")


def test_sequences_of_unequal_length(tmp_path):
    (tmp_path / "a").write_bytes(b'[[1, 2, 3], [4, 5, 6]]\n{"x": [[7], [8]]}\n')
    found = read_features(tmp_path / "a")
    assert found.features[0].tolist() == [[[1, 2, 3], [4, 5, 6]], [[7, 0, 0], [8, 0, 0]]]
    assert found.feature_masks[0].tolist() == [[1, 1, 1], [1, 0, 0]]
    (tmp_path / "a").write_bytes(b"[[1, 2], [3, 4]]\n[[5, 6, 7]]\n")
    with pytest.raises(DataError) as error:
        read_features(tmp_path / "a")
    assert str(error.value) == f"{tmp_path}/a:2: 1 x 3 numbers, expected 2 x 2"


def test_a_folder_of_sequences(tmp_path):
    (tmp_path / "9.csv").write_text("1,2\n3,4\n")
    (tmp_path / "10.csv").write_text("5,6\n")
    found = read_features(tmp_path)
    assert found.features[0].tolist() == [[[1, 3], [2, 4]], [[5, 0], [6, 0]]]
    assert found.feature_masks[0].tolist() == [[1, 1], [1, 0]]
    (tmp_path / "11.csv").write_text("5,x\n")
    with pytest.raises(DataError) as error:
        read_features(tmp_path)
    assert str(error.value) == f"{tmp_path}/11.csv:1: column 1 must be a number, found `x`"
    assert error.value.hint == "a sequence in each file, a step a line: numbers separated by commas"


def test_masks_beside_their_arrays(tmp_path):
    x, mask = np.zeros((2, 3, 4), "f"), np.array([[1, 1, 0, 0], [1, 1, 1, 1]])
    (tmp_path / "one.npz").write_bytes(npz(x=x, mask=mask))
    (tmp_path / "two.npz").write_bytes(npz(x0=x, x1=x, mask1=mask))
    assert read_features(tmp_path / "one.npz").feature_masks[0].tolist() == mask.tolist()
    none, some = read_features(tmp_path / "two.npz").feature_masks
    assert none is None
    assert some.tolist() == mask.tolist()
    (tmp_path / "bad.npz").write_bytes(npz(x=x, mask=mask.T))
    with pytest.raises(DataError) as error:
        read_features(tmp_path / "bad.npz")
    assert str(error.value) == f"{tmp_path}/bad.npz: a mask of [4, 2] does not fit an array of [2, 3, 4]"
    assert error.value.hint == "masks are [examples, steps] for sequences"
