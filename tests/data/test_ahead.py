"""Work done ahead: the same order, numbers and errors however many threads there are, and no thread left behind."""

import threading
import time
import warnings

import numpy as np
import pytest
from PIL import Image

from dl4py.data import BatchIterator, images
from dl4py.data.ahead import Waits, ahead
from dl4py.data.drawn import ImageFiles
from dl4py.data.image_form import ImageForm
from dl4py.data.normalizers.image_scaler import Scaled
from dl4py.errors import DataError
from dl4py.plan import threads
from dl4py.spec.bind import bind
from dl4py.training.run import Run

WORKERS = [0, 1, 2, 5]


def busy():
    return [t for t in threading.enumerate() if t.name.startswith("dl4py-ahead")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Forty photos, smooth, so that sizes can be compared."""
    place = tmp_path_factory.mktemp("classes") / "photos"
    place.mkdir()
    down, along = np.mgrid[:120, :160] / 160
    for i in range(40):
        waves = [127.5 + 127.5 * np.sin(6 * down * (c + 1) + 5 * along + i) for c in range(3)]
        Image.fromarray(np.stack(waves, axis=2).astype(np.uint8)).save(place / f"{i:02}.jpg", quality=95)
    return place


def photos(folder, **keys):
    form = {"height": 24, "width": 32, "transforms": [{"type": "crop", "height": 100, "width": 140}, "flip"]}
    files = ImageFiles(tuple(map(str, sorted(folder.glob("*.jpg")))), ImageForm.model_validate(form | keys))
    return files.dataset(np.eye(40, dtype="f"), tuple(map(str, range(40))))


@pytest.mark.parametrize("workers", WORKERS)
def test_order(workers):
    def slow_first(i):
        time.sleep(0.02 if i == 0 else 0.0)
        return i * i

    assert list(ahead(slow_first, range(9), workers)) == [i * i for i in range(9)]
    assert not busy()


@pytest.mark.parametrize("workers", WORKERS)
def test_the_first_error_in_order(workers):
    def fails(i):
        time.sleep(0.02 if i == 3 else 0.0)
        if i >= 3:
            raise DataError(f"number {i}")
        return i

    found = ahead(fails, range(9), workers)
    assert [next(found) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(DataError) as error:
        next(found)
    assert str(error.value) == "number 3"
    assert not busy()


def test_leaving_early_ends_the_threads():
    made = []
    found = ahead(lambda i: made.append(i), range(1000), 2)
    next(found)
    found.close()
    assert not busy()
    assert len(made) <= 4  # what was asked for ahead: one more than threads, and that behind the first


def test_waiting_is_counted():
    waits = Waits()
    for _ in ahead(lambda i: time.sleep(0.02), range(5), 0, waits):
        pass
    assert 0.1 <= waits.worked <= waits.waited
    hidden = Waits()
    for _ in ahead(lambda i: time.sleep(0.02), range(5), 2, hidden):
        time.sleep(0.03)
    assert hidden.worked >= 0.1
    assert hidden.waited < hidden.worked


def test_images_are_the_same_for_any_number_of_threads(folder):
    def epochs(workers):
        batches = BatchIterator(photos(folder), 7, seed=3, normalizer=Scaled(0.0, 1.0, 255.0), workers=workers)
        return [batch.features[0] for number in (0, 1) for batch in batches.epoch(number)]

    one = epochs(0)
    assert not np.array_equal(one[0], one[6])  # epochs differ
    for workers in WORKERS[1:]:
        assert all(map(np.array_equal, one, epochs(workers)))


def test_who_is_given_threads(folder):
    data = photos(folder)
    assert BatchIterator(data, 7).threads >= 1
    assert BatchIterator(data, 40).threads == 0  # one batch: nothing comes after it
    assert BatchIterator(data, 7, workers=0).threads == 0
    assert BatchIterator(data.at_rest(), 7).threads == 0  # small, and in memory


def test_a_spec_says_how_many(folder, tmp_path):
    reader = f"{{type: image_folder, path: {folder.parent}, height: 8, width: 8, transforms: [flip]}}"
    shape = "{type: convolutional, channels: 3, height: 8, width: 8}"
    network = f"network: {{input: {shape}, layers: [{{type: output, n_out: 1, activation: sigmoid, loss: xent}}]}}\n"
    spec = network + f"training: {{batch_size: 8}}\ndata: {{workers: 3, train: {reader}}}\n"
    assert Run(tmp_path, bind(spec)).batches.threads == 3
    assert Run(tmp_path, bind(spec.replace("workers: 3, ", ""))).batches.threads == threads.count()


def test_large_photos_are_unpacked_small(folder):
    small = photos(folder, transforms=["flip"]).features[0]
    whole = [images.resized(images.read_image(p, 3), 24, 32) for p in sorted(folder.glob("*.jpg"))]
    whole = np.stack([images.pixels(image, "bgr") for image in whole])
    difference = np.abs(small.astype(int) - whole)
    assert difference.max() > 0  # another way to the same picture
    assert difference.mean() < 0.7
    assert images.read_image(folder / "00.jpg", 3, need=(24, 32)).size == (80, 60)
    assert images.read_image(folder / "00.jpg", 3, need=(60, 80)).size == (160, 120)


@pytest.mark.parametrize(
    ("transforms", "need"),
    [
        ([], (24, 32)),
        (["flip"], (24, 32)),
        ([{"type": "resize", "height": 50, "width": 60}, {"type": "crop", "height": 40, "width": 40}], (50, 60)),
        ([{"type": "crop", "height": 40, "width": 40}], None),
        ([{"type": "rotate", "angle": 5}, {"type": "resize", "height": 50, "width": 60}], None),
    ],
)
def test_needed_size(transforms, need):
    form = ImageForm.model_validate({"height": 24, "width": 32, "transforms": transforms})
    assert form.needed == need


def test_warnings_are_as_before_when_threads_have_read(folder):
    before = list(warnings.filters)
    list(BatchIterator(photos(folder), 7, workers=3).epoch(0))
    assert warnings.filters == before
