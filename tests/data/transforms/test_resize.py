import numpy as np
from contract import check_round_trip
from PIL import Image

from dl4py.data.transforms.resize import Resize


def test_a_new_size():
    ramp = np.tile(np.arange(0, 160, 20, dtype=np.uint8), (4, 1))
    half = np.asarray(Resize(height=4, width=4).apply(Image.fromarray(ramp), None))
    assert half.shape == (4, 4)
    # a triangle two pixels wide to each side: weights 1 3 3 1 over the four pixels that meet
    assert np.array_equal(half[0, 1:3], [(20 + 3 * 40 + 3 * 60 + 80) / 8, (60 + 3 * 80 + 3 * 100 + 120) / 8])
    check_round_trip(Resize(height=3, width=5))


def test_the_same_size_changes_nothing():
    image = Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3))
    assert Resize(height=2, width=3).apply(image, None) is image
