import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from contract import check_round_trip
from pydantic import ValidationError

from dl4py.data.readers.idx import Idx
from dl4py.errors import DataError

FILES = Path(__file__).parents[1] / "files"
PIXELS = np.arange(3 * 2 * 4, dtype=np.uint8).reshape(3, 2, 4)
LABELS = np.array([2, 0, 1], np.uint8)


def idx(array, magic=0x08):
    return bytes([0, 0, magic, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def mnist(tmp_path, images=None, labels=None, pack=gzip.compress, name="train"):
    ending = ".gz" if pack is gzip.compress else ""
    (tmp_path / f"{name}-images-idx3-ubyte{ending}").write_bytes(pack(images or idx(PIXELS)))
    (tmp_path / f"{name}-labels-idx1-ubyte{ending}").write_bytes(pack(labels or idx(LABELS)))
    return tmp_path


def message(reader, tmp_path):
    with pytest.raises(DataError) as error:
        reader.load()
    hint = f"\n{error.value.hint}" if error.value.hint else ""
    return f"{error.value}{hint}".replace(str(tmp_path) + "/", "").replace(str(tmp_path), "folder")


def test_mnist():
    data = Idx(path=str(FILES)).load()
    raw = gzip.decompress((FILES / "t10k-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((FILES / "t10k-labels-idx1-ubyte.gz").read_bytes())
    assert len(data) == len(labels) - 8
    assert np.array_equal(data.features[0].reshape(-1), np.frombuffer(raw[16:], np.uint8))
    assert data.labels[0].argmax(axis=1).tolist() == list(labels[8:])
    assert data.place(3).endswith("t10k-images-idx3-ubyte.gz: image 3")
    check_round_trip(Idx(path="mnist", rows=(0, 8000), classes=10, set="t10k"))


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_a_folder_with_the_names_of_mnist(tmp_path, pack):
    data = Idx(path=str(mnist(tmp_path, pack=pack))).load()
    assert np.array_equal(data.features[0], PIXELS.reshape(3, 8))
    assert np.array_equal(data.labels[0], np.eye(3)[[2, 0, 1]])
    batch = data.batch(slice(1, 3))
    assert batch.features[0].dtype == np.float32
    assert np.array_equal(batch.features[0], PIXELS.reshape(3, 8)[1:])


def test_plain_files_are_mapped(tmp_path):
    assert isinstance(Idx(path=str(mnist(tmp_path, pack=bytes))).load().features[0].base, np.memmap)


def test_the_set_of_a_folder(tmp_path):
    mnist(tmp_path)
    mnist(tmp_path, images=idx(PIXELS + 1), name="t10k")
    reader = Idx(path=str(tmp_path))
    assert reader.load().features[0][0, 0] == 0
    assert reader.but(set="t10k").load().features[0][0, 0] == 1
    test = reader.beside(reader.load(), testing=True)
    assert test.load().features[0][0, 0] == 1
    assert Idx(path=str(tmp_path), set="train").beside(reader.load(), testing=True).load().features[0][0, 0] == 0


def test_the_file_of_images_finds_its_labels(tmp_path):
    path = mnist(tmp_path) / "train-images-idx3-ubyte.gz"
    data = Idx(path=str(path), flatten=False, classes=10).load()
    assert data.features[0].shape == (3, 1, 2, 4)
    assert data.labels[0].shape == (3, 10)
    other = tmp_path / "other"
    other.write_bytes(idx(np.array([0, 0, 1], np.uint8)))
    assert Idx(path=str(path), labels=str(other)).load().labels[0].tolist() == [[1, 0], [1, 0], [0, 1]]


def test_files_by_name(tmp_path):
    mnist(tmp_path)
    images, labels = (str(tmp_path / f"train-{n}-ubyte.gz") for n in ("images-idx3", "labels-idx1"))
    assert Idx(features=images).load().labels == ()
    data = Idx(features=images, labels=labels, rows=(1, 3), classes=["a", "b", "c"]).load()
    assert data.class_names == ("a", "b", "c")
    assert data.labels[0].tolist() == [[1, 0, 0], [0, 1, 0]]
    assert data.place(0).endswith("image 1")


@pytest.mark.parametrize(("magic", "dtype"), [(0x09, "i1"), (0x0B, ">i2"), (0x0C, ">i4"), (0x0D, ">f4"), (0x0E, ">f8")])
def test_other_numbers(tmp_path, magic, dtype):
    values = np.array([[-1, 2], [3, -100]])
    (tmp_path / "x").write_bytes(idx(values.astype(dtype), magic))
    x = Idx(features=str(tmp_path / "x")).load().batch(slice(None)).features[0]
    assert x.dtype == np.float32
    assert np.array_equal(x, values)


IMAGES, GIVEN = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
BROKEN = [
    (
        {"images": b"\1\0\0\0"},
        f"{IMAGES}: no idx file, bytes 0 and 1 must be 0\nan idx file begins 00 00 08 03 for images",
    ),
    ({"images": idx(PIXELS, magic=0x07)}, f"{IMAGES}: unknown number type 0x07 at byte 2\nbytes are 0x08"),
    (
        {"images": idx(PIXELS)[:-3]},
        f"{IMAGES} is cut off: 3 x 2 x 4 values of 1 byte end at byte 40, the file at byte 37\nfetch it again",
    ),
    (
        {"images": idx(PIXELS) + b"x"},
        f"{IMAGES} is too long: 3 x 2 x 4 values of 1 byte end at byte 40, the file at byte 41\nfetch it again",
    ),
    ({"images": b"\0\0\x08\x03\0\0"}, f"{IMAGES}: 3 dimensions at byte 3, but the file has 6 bytes"),
    ({"images": b"\0\0\x08\0"}, f"{IMAGES}: 0 dimensions at byte 3, but the file has 4 bytes"),
    ({"images": idx(LABELS)}, f"{IMAGES} holds a list of 3 numbers, no images\nis it the file of labels?"),
    ({"labels": idx(PIXELS)}, f"{GIVEN} holds no list of whole numbers\nis it the file of images?"),
    ({"labels": idx(LABELS[:2])}, f"{IMAGES} holds 3 images, {GIVEN} 2 labels\ndo the two files belong together?"),
]


@pytest.mark.parametrize(("files", "expected"), BROKEN)
def test_broken_files(tmp_path, files, expected):
    assert message(Idx(path=str(mnist(tmp_path, **files))), tmp_path) == expected


def test_a_plain_file_is_checked_before_it_is_mapped(tmp_path):
    mnist(tmp_path, images=idx(PIXELS)[:-3], pack=bytes)
    assert message(Idx(path=str(tmp_path)), tmp_path) == (
        "train-images-idx3-ubyte is cut off: 3 x 2 x 4 values of 1 byte end at byte 40, the file at byte 37\n"
        "fetch it again"
    )


def test_damaged_gzip(tmp_path):
    path = mnist(tmp_path) / IMAGES
    path.write_bytes(path.read_bytes()[:-12])
    assert message(Idx(path=str(tmp_path)), tmp_path) == (
        f"{IMAGES} is a damaged gzip file: Compressed file ended before the end-of-stream marker was reached\n"
        "fetch it again"
    )


def test_labels_out_of_range_and_missing_files(tmp_path):
    assert message(Idx(path=str(tmp_path)), tmp_path) == (
        "folder holds no train-images-idx3-ubyte.gz or t10k-images-idx3-ubyte.gz\nname the file of images itself"
    )
    mnist(tmp_path)
    assert message(Idx(path=str(tmp_path), set="t10k"), tmp_path) == (
        "folder holds no t10k-images-idx3-ubyte.gz\n`set: train` takes the set that is there"
    )
    assert message(Idx(path=str(tmp_path), classes=2), tmp_path) == (
        f"{GIVEN}: image 0: the label is 2, expected 0 to 1\nlabels count from 0; `classes` gives their number"
    )
    assert message(Idx(path=str(tmp_path / "train-images-idx3")), tmp_path) == (
        f"there is no file train-images-idx3\ndid you mean `{IMAGES}`?"
    )
    (tmp_path / GIVEN).unlink()
    assert message(Idx(path=str(tmp_path)), tmp_path) == (
        f"there is no file train-labels-idx1-ubyte beside {IMAGES}\n"
        "name the file of labels with `labels`; `features` alone reads images without labels"
    )


def test_something_to_read_is_named():
    with pytest.raises(ValidationError) as error:
        Idx()
    assert error.value.errors()[0]["msg"] == "`idx` needs `path`, or `features` and `labels`"
