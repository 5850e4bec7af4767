import numpy as np
import pytest
from contract import check_round_trip

from dl4py.data.readers.cifar import Cifar
from dl4py.errors import DataError

RED, GREEN, BLUE = (np.random.default_rng(i).integers(0, 256, (3, 32, 32), dtype=np.uint8) for i in range(3))


def record(i, *labels):
    return bytes(labels) + RED[i].tobytes() + GREEN[i].tobytes() + BLUE[i].tobytes()


@pytest.fixture
def ten(tmp_path):
    (tmp_path / "data_batch_1.bin").write_bytes(record(0, 3) + record(1, 9))
    (tmp_path / "data_batch_2.bin").write_bytes(record(2, 0))
    (tmp_path / "test_batch.bin").write_bytes(record(1, 5))
    return tmp_path


def message(reader, tmp_path):
    with pytest.raises(DataError) as error:
        reader.load()
    return f"{error.value}\n{error.value.hint}".replace(str(tmp_path) + "/", "").replace(str(tmp_path), "folder")


def test_ten_classes(ten):
    data = Cifar(path=str(ten), color_order="rgb").load()
    assert np.array_equal(data.features[0], np.stack([RED, GREEN, BLUE], axis=1))
    assert np.array_equal(Cifar(path=str(ten)).load().features[0], np.stack([BLUE, GREEN, RED], axis=1))
    assert np.array_equal(data.labels[0], np.eye(10)[[3, 9, 0]])
    assert data.place(1) == f"{ten}/data_batch_1.bin:2"
    assert data.place(2) == f"{ten}/data_batch_2.bin:1"
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    (ten / "batches.meta.txt").write_text("\n".join(names) + "\n\n")
    assert Cifar(path=str(ten)).load().class_names == tuple(names)
    check_round_trip(Cifar(path="a", coarse=True, set="test", color_order="rgb"))


def test_the_test_part(ten):
    test = Cifar(path=str(ten)).beside(Cifar(path=str(ten)).load(), testing=True).load()
    assert np.array_equal(test.labels[0], np.eye(10)[[5]])


def test_a_hundred_classes_in_twenty_groups(tmp_path):
    (tmp_path / "train.bin").write_bytes(record(0, 19, 99) + record(1, 2, 40))
    fine, coarse = (Cifar(path=str(tmp_path), coarse=flag).load() for flag in (False, True))
    assert np.array_equal(fine.labels[0], np.eye(100)[[99, 40]])
    assert np.array_equal(coarse.labels[0], np.eye(20)[[19, 2]])
    assert np.array_equal(fine.features[0][1], np.stack([BLUE, GREEN, RED], axis=1)[1])


def test_bad_files(ten):
    (ten / "data_batch_2.bin").write_bytes(record(2, 0)[:-1])
    reader = Cifar(path=str(ten))
    assert (
        message(reader, ten)
        == "data_batch_2.bin has 3072 bytes, expected a multiple of 1 + 3 x 32 x 32\nfetch it again"
    )
    (ten / "data_batch_2.bin").write_bytes(record(2, 10))
    assert message(reader, ten) == (
        "data_batch_2.bin:1: the label is 10, expected 0 to 9\nlabels count from 0; `classes` gives their number"
    )
    source = "unpack cifar-{}-binary.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html into the folder"
    assert message(reader.but(coarse=True), ten) == "folder holds no train.bin\n" + source.format(100)
    assert message(reader.but(path=str(ten / "x")), ten) == "x is no folder\n" + source.format(10)
    (ten / "batches.meta.txt").write_text("cat dog")
    assert message(reader, ten) == "batches.meta.txt names 2 classes, expected 10\nNone"
