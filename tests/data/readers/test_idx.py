import gzip
import struct

import numpy as np
import pytest

from dl4py.data.readers.idx import Idx
from dl4py.errors import DataError

PIXELS = np.arange(3 * 2 * 4, dtype=np.uint8).reshape(3, 2, 4)


def idx(array, magic=0x08):
    return bytes([0, 0, magic, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def mnist(tmp_path, images=None, labels=None, pack=gzip.compress):
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(pack(images or idx(PIXELS)))
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(pack(labels or idx(np.array([2, 0, 1], np.uint8))))
    return tmp_path


def message(reader, tmp_path):
    with pytest.raises(DataError) as error:
        reader.load()
    hint = f"\n{error.value.hint}" if error.value.hint else ""
    return f"{error.value}{hint}".replace(str(tmp_path) + "/", "").replace(str(tmp_path), "folder")


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_a_folder_with_the_names_of_mnist(tmp_path, pack):
    data = Idx(path=str(mnist(tmp_path, pack=pack))).load()
    assert np.array_equal(data.features[0], PIXELS.reshape(3, 8))
    assert np.array_equal(data.labels[0], np.eye(3)[[2, 0, 1]])


def test_the_file_of_images_finds_its_labels(tmp_path):
    path = mnist(tmp_path) / "train-images-idx3-ubyte.gz"
    data = Idx(path=str(path), flatten=False, classes=10).load()
    assert data.features[0].shape == (3, 1, 2, 4)
    assert data.labels[0].shape == (3, 10)


BROKEN = [
    (
        {"images": b"\1\0\0\0"},
        "train-images-idx3-ubyte.gz: no idx file, bytes 0 and 1 must be 0\nan idx file begins 00 00 08 03 for images",
    ),
    ({"images": idx(PIXELS, magic=0x07)}, "train-images-idx3-ubyte.gz: unknown number type 0x07 at byte 2"),
    (
        {"images": idx(PIXELS)[:-3]},
        "train-images-idx3-ubyte.gz is cut off: 3 x 2 x 4 values of 1 bytes end at byte 40, the file at byte 37\nfetch it again",
    ),
    (
        {"images": idx(PIXELS) + b"x"},
        "train-images-idx3-ubyte.gz is too long: 3 x 2 x 4 values of 1 bytes end at byte 40, the file at byte 41\nfetch it again",
    ),
    ({"images": b"\0\0\x08\x03\0\0"}, "train-images-idx3-ubyte.gz: 3 dimensions at byte 3, but the file has 6 bytes"),
    (
        {"labels": idx(np.array([1, 2], np.uint8))},
        "train-images-idx3-ubyte.gz holds 3 images, train-labels-idx1-ubyte.gz 2 labels\ndo the two files belong together?",
    ),
]


@pytest.mark.parametrize(("files", "expected"), BROKEN)
def test_broken_files(tmp_path, files, expected):
    assert message(Idx(path=str(mnist(tmp_path, **files))), tmp_path) == expected


def test_damaged_gzip(tmp_path):
    mnist(tmp_path)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-12])
    assert "train-images-idx3-ubyte.gz is a damaged gzip file" in message(Idx(path=str(tmp_path)), tmp_path)


def test_labels_out_of_range_and_missing_files(tmp_path):
    assert message(Idx(path=str(tmp_path)), tmp_path) == (
        "folder holds no MNIST files\nexpected train-images-idx3-ubyte.gz or t10k-images-idx3-ubyte.gz and the labels beside it"
    )
    assert message(Idx(path=str(mnist(tmp_path)), classes=2), tmp_path) == (
        "train-labels-idx1-ubyte.gz: label 0 is 2, expected 0 to 1"
    )
    assert message(Idx(), tmp_path) == "`idx` needs `path`, or `features` and `labels`"
    (tmp_path / "train-labels-idx1-ubyte.gz").unlink()
    assert "there is no file of labels beside" in message(Idx(path=str(tmp_path)), tmp_path)
