import numpy as np
import pytest
from contract import check_round_trip
from PIL import Image

from dl4py.data.transforms.flip import Flip

PIXELS = np.arange(6, dtype=np.uint8).reshape(2, 3)
IMAGE = Image.fromarray(PIXELS)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("horizontal", PIXELS[:, ::-1]), ("vertical", PIXELS[::-1]), ("both", PIXELS[::-1, ::-1])],
)
def test_mirror_images(mode, expected):
    always = Flip(mode=mode, probability=1.0)
    assert np.array_equal(always.apply(IMAGE, None), expected)
    assert not always.varies
    check_round_trip(always)


def test_some_are_mirrored():
    flip, random = Flip(probability=0.25), np.random.default_rng(0)
    turned = [bool(np.asarray(flip.apply(IMAGE, random))[0, 0] == 2) for _ in range(1000)]
    assert 200 < sum(turned) < 300
    assert np.array_equal(flip.apply(IMAGE, None), PIXELS)
    assert flip.varies
    assert np.array_equal(Flip(probability=0.0).apply(IMAGE, random), PIXELS)
