import numpy as np
from contract import check_round_trip
from PIL import Image

from dl4py.data.transforms.scale import Scale

IMAGE = Image.fromarray(np.zeros((20, 30), np.uint8))


def test_sides_grow_and_shrink():
    scale, random = Scale(dx=10.0, dy=5.0), np.random.default_rng(0)
    sizes = np.array([scale.apply(IMAGE, random).size for _ in range(300)])
    assert (sizes.min(axis=0) <= (21, 16)).all()
    assert (sizes.min(axis=0) >= (20, 15)).all()
    assert (sizes.max(axis=0) >= (39, 24)).all()
    assert (sizes.max(axis=0) <= (40, 25)).all()
    assert scale.apply(IMAGE, None).size == (30, 20)
    check_round_trip(scale)


def test_a_side_is_never_empty():
    random = np.random.default_rng(0)
    assert all(Scale(dx=0.0, dy=40.0).apply(IMAGE, random).size[1] >= 1 for _ in range(50))
    assert Scale(dx=0.0, dy=40.0).varies
    assert not Scale(dx=0.0, dy=0.0).varies
