import numpy as np
import pytest
from contract import check_round_trip
from PIL import Image

from dl4py.data.transforms.crop import Crop
from dl4py.errors import DataError

PIXELS = np.arange(6 * 8, dtype=np.uint8).reshape(6, 8)
IMAGE = Image.fromarray(PIXELS)


def test_the_middle_for_judging():
    assert np.array_equal(Crop(height=2, width=4).apply(IMAGE, None), PIXELS[2:4, 2:6])
    fixed = Crop(height=2, width=4, random=False)
    assert np.array_equal(fixed.apply(IMAGE, np.random.default_rng(1)), PIXELS[2:4, 2:6])
    assert Crop(height=2, width=4).varies
    assert not fixed.varies
    check_round_trip(fixed)


def test_every_window_comes_up():
    crop, random = Crop(height=5, width=6), np.random.default_rng(0)
    windows = [np.asarray(crop.apply(IMAGE, random)) for _ in range(200)]
    corners = {int(window[0, 0]) for window in windows}
    assert corners == {0, 1, 2, 8, 9, 10}
    for window in windows:
        top, left = divmod(int(window[0, 0]), 8)
        assert np.array_equal(window, PIXELS[top : top + 5, left : left + 6])


def test_a_window_larger_than_the_image():
    with pytest.raises(DataError) as error:
        Crop(height=7, width=2).apply(IMAGE, None)
    assert str(error.value) == "an image of 6 x 8 pixels has no window of 7 x 2"
    assert error.value.hint == "put a `resize` before the `crop`"
