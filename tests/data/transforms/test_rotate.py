import numpy as np
from contract import check_round_trip
from PIL import Image

from dl4py.data.transforms.rotate import Rotate

PIXELS = np.arange(9, dtype=np.uint8).reshape(3, 3)
IMAGE = Image.fromarray(PIXELS)


def test_a_quarter_turn_against_the_clock():
    turn = Rotate(angle=90.0, random=False)
    assert np.array_equal(turn.apply(IMAGE, None), np.rot90(PIXELS))
    assert not turn.varies
    check_round_trip(turn)


def test_random_angles_to_both_sides():
    disc = np.zeros((41, 41), np.uint8)
    disc[18:23, 34:39] = 255  # a spot right of the middle: where it goes tells the angle
    turn, random = Rotate(angle=30.0), np.random.default_rng(0)
    angles = []
    for _ in range(100):
        rows, columns = np.nonzero(np.asarray(turn.apply(Image.fromarray(disc), random)) > 128)
        angles.append(np.degrees(np.arctan2(20 - rows.mean(), columns.mean() - 20)))
    assert -31 < min(angles) < -25
    assert 25 < max(angles) < 31
    assert turn.varies
    assert np.array_equal(turn.apply(IMAGE, None), PIXELS)
