import gzip
from pathlib import Path

import numpy as np
import pytest
from contract import check_round_trip

from dl4py.data.config import DataConfig
from dl4py.data.readers.mnist import Mnist
from dl4py.errors import DataError

FILES = Path(__file__).parents[1] / "files"
PIXELS = np.frombuffer(gzip.decompress((FILES / "t10k-images-idx3-ubyte.gz").read_bytes()), np.uint8, offset=16)
HINT = "fetch the four files of https://storage.googleapis.com/cvdf-datasets/mnist/ into the folder"


def test_digits():
    data = Mnist(path=str(FILES), set="test").load()
    labels = gzip.decompress((FILES / "t10k-labels-idx1-ubyte.gz").read_bytes())[8:]
    assert np.array_equal(data.features[0].ravel(), PIXELS)
    assert data.labels[0].argmax(axis=1).tolist() == list(labels)
    assert data.labels[0].shape[1] == 10
    check_round_trip(Mnist(path="a", set="test", binarize=True, flatten=False))


def test_black_and_white():
    data = Mnist(path=str(FILES), set="test", binarize=True, flatten=False, rows=(2, 5)).load()
    assert np.array_equal(data.features[0], PIXELS.reshape(-1, 1, 28, 28)[2:5] > 30)
    assert data.place(0).endswith("t10k-images-idx3-ubyte.gz: image 2")


def test_the_test_part_is_the_test_set():
    reader = Mnist(path=str(FILES))
    assert reader.beside(Mnist(path=str(FILES), set="test").load(), testing=True).set == "test"
    with pytest.raises(DataError) as error:
        DataConfig(train=reader, test=reader).open()
    assert str(error.value) == f"{FILES} holds no train-images-idx3-ubyte.gz"
    assert error.value.hint == HINT


def test_where_to_get_it(tmp_path):
    with pytest.raises(DataError) as error:
        Mnist(path=str(tmp_path / "mnist")).load()
    assert (str(error.value), error.value.hint) == (f"there is no folder {tmp_path}/mnist", HINT)
