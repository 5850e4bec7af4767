import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from contract import check_round_trip
from PIL import Image

from dl4py.data import BatchIterator, drawn
from dl4py.data.config import DataConfig
from dl4py.data.normalizers.standardize import Standardize
from dl4py.data.readers.image_folder import ImageFolder
from dl4py.data.splits import Split
from dl4py.data.transforms.crop import Crop
from dl4py.data.transforms.flip import Flip
from dl4py.data.transforms.resize import Resize
from dl4py.errors import DataError

MIXED = str(Path(__file__).parents[1] / "files" / "mixed")


@pytest.fixture
def flags(tmp_path):
    """Four images of 4 x 6 pixels in two folders, each of other numbers."""
    for k, name in enumerate(["b/2.png", "b/10.png", "a/x.PNG", "a/y.png"]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(np.arange(72, dtype=np.uint8).reshape(4, 6, 3) + 40 * k).save(tmp_path / name)
    (tmp_path / "a" / "notes.txt").write_text("not an image")
    (tmp_path / "a" / "._x.png").write_text("neither")
    (tmp_path / ".git").mkdir()
    return tmp_path


def message(reader, tmp_path):
    with pytest.raises(DataError) as error:
        reader.load()
    return f"{error.value}\n{error.value.hint}".replace(str(tmp_path) + "/", "").replace(str(tmp_path), "folder")


def test_images_of_any_kind():
    data = ImageFolder(path=MIXED, height=32, width=32).load()
    assert data.class_names == ("class0", "class1")
    assert data.labels[0].argmax(axis=1).tolist() == [0, 0, 0, 1, 1, 1]
    assert data.place(4).endswith("class1/B.png")
    for i in range(6):
        red_first = np.asarray(Image.open(data.place(i)).convert("RGB"))
        assert np.array_equal(data.features[0][i], red_first.transpose(2, 0, 1)[::-1])  # DL4J's order: blue first
    assert data.batch(slice(0, 2)).features[0].dtype == np.float32
    check_round_trip(ImageFolder(path="x", height=2, width=3, channels=1, transforms=(Flip(), Crop(height=1, width=1))))


def test_order_and_classes(flags):
    data = ImageFolder(path=str(flags), height=4, width=6, color_order="rgb").load()
    assert [Path(data.place(i)).name for i in range(4)] == ["x.PNG", "y.png", "10.png", "2.png"]
    assert data.features[0][:, 0, 0, 0].tolist() == [80, 120, 40, 0]
    assert data.labels[0].argmax(axis=1).tolist() == [0, 0, 1, 1]
    turned = ImageFolder(path=str(flags), height=2, width=3, channels=1, classes=("b", "a", "c"), rows=(1, 3)).load()
    assert turned.features[0].shape == (2, 1, 2, 3)
    assert turned.labels[0].tolist() == [[0, 1, 0], [1, 0, 0]]


def test_transforms_come_before_the_size(flags):
    whole = ImageFolder(path=str(flags), height=4, width=6, color_order="rgb").load().features[0]
    reader = ImageFolder(path=str(flags), height=2, width=2, color_order="rgb", transforms=(Crop(height=2, width=2),))
    assert np.array_equal(reader.load().features[0], whole[:, :, 1:3, 2:4])


def test_random_transforms_belong_to_epochs_of_training(flags):
    whole = ImageFolder(path=str(flags), height=4, width=6).load().features[0]
    data = ImageFolder(path=str(flags), height=4, width=6, transforms=(Flip(),)).load()
    assert np.array_equal(data.features[0], whole)
    epochs = []
    for number in range(8):
        seen = {}
        for batch in BatchIterator(data, 3, seed=5).epoch(number):
            seen |= {int(x[:, 0].min()): x for x in batch.features[0]}
        epochs.append(np.stack([seen[k] for k in sorted(seen)]))
    plain = whole[np.argsort(whole[:, :, 0].min(axis=(1, 2)))]
    mirrored = np.array([[not np.array_equal(x, y) for x, y in zip(epoch, plain, strict=True)] for epoch in epochs])
    assert 6 < mirrored.sum() < 26  # of 32
    assert mirrored.any(axis=0).all()
    for epoch, turned in zip(epochs, mirrored, strict=True):
        assert np.array_equal(epoch, np.where(turned[:, None, None, None], plain[..., ::-1], plain))
    again = BatchIterator(pickle.loads(pickle.dumps(data)), 4, seed=5, shuffle=False)
    alone = BatchIterator(data, 1, seed=5, shuffle=False)
    together = next(again.epoch(2)).features[0]
    assert np.array_equal(together, np.concatenate([b.features[0] for b in alone.epoch(2)]))


def test_many_pixels_are_read_batch_by_batch(flags, monkeypatch):
    reader = ImageFolder(path=str(flags), height=4, width=6)
    whole = reader.load()
    monkeypatch.setattr(drawn, "IN_MEMORY", 4 * 3 * 4 * 6 - 1)
    data = DataConfig(train=reader, split=Split(test=1), normalizer=Standardize()).open()
    assert not isinstance(data.train.features[0], np.ndarray)
    kept = DataConfig(train=reader, split=Split(test=1), normalizer=Standardize())
    for i in range(3):
        file = data.train.place(i)
        n = next(k for k in range(4) if whole.place(k) == file)
        assert np.array_equal(data.train.batch(np.array([i])).features[0][0], whole.features[0][n])
    monkeypatch.undo()
    for name, row in vars(kept.open().normalizer).items():
        assert row is None or np.allclose(row, getattr(data.normalizer, name))
    lazy, ready = (BatchIterator(d, 2, seed=1, normalizer=data.normalizer) for d in (data.train, kept.open().train))
    for a, b in zip(lazy.epoch(3), ready.epoch(3), strict=True):
        assert np.array_equal(a.features[0], b.features[0])


def test_test_parts_rest(flags):
    reader = ImageFolder(path=str(flags), height=4, width=6, transforms=(Flip(),))
    split = DataConfig(train=reader, split=Split(test=1, validation=1)).open()
    assert split.train.fresh is not None
    assert (split.test.fresh, split.validation.fresh) == (None, None)
    assert DataConfig(train=reader, test=reader).open().test.fresh is None
    chosen = split.train.rows(np.array([1]))
    drawn = [chosen.batch(slice(0, 1), epoch, 0).features[0] for epoch in range(10)]
    assert {int(x.min()) for x in drawn} == {int(chosen.features[0].min())}


def test_bad_folders(flags):
    reader = ImageFolder(path=str(flags), height=2, width=2)
    assert message(reader.but(classes=3), flags) == "folder holds 2 folders, `classes` says 3\nNone"
    assert message(reader.but(classes=("a", "c")), flags) == "b: the folder is none of the classes\nclasses: a, c"
    assert (
        message(reader.but(path=str(flags / "a" / "y.png")), flags)
        == "a/y.png is a file, not a folder of classes\nNone"
    )
    assert message(reader.but(path=str(flags / "a")), flags) == (
        "a holds no folders of classes\nput the images of each class into a folder of its name"
    )
    large = reader.but(transforms=(Resize(height=3, width=3), Crop(height=4, width=2)))
    assert message(large, flags) == (
        "a/x.PNG: an image of 3 x 3 pixels has no window of 4 x 2\nput a `resize` before the `crop`"
    )
    shutil.rmtree(flags / "b")
    (flags / "b").mkdir()
    assert message(reader, flags) == (
        "b holds no images\nendings of images: .bmp, .gif, .jpeg, .jpg, .pgm, .png, .ppm, .tif, .tiff, .webp"
    )
    (flags / "b" / "1.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    assert message(reader, flags).startswith("b/1.jpg")
