import numpy as np
import pytest
from contract import check_round_trip
from PIL import Image

from dl4py.data.readers.lfw import Lfw
from dl4py.data.transforms.flip import Flip
from dl4py.errors import DataError


@pytest.fixture
def lfw(tmp_path):
    for k, name in enumerate(
        ["Bo_Li/Bo_Li_0001", "Al_Gore/Al_Gore_0001", "Al_Gore/Al_Gore_0002", "Cy_Twombly/Cy_Twombly_0001"]
    ):
        path = tmp_path / "lfw" / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (25, 25), (50 * k, 0, 0)).save(path, quality=100)
    return tmp_path / "lfw"


def message(reader, tmp_path):
    with pytest.raises(DataError) as error:
        reader.load()
    return f"{error.value}\n{error.value.hint}".replace(str(tmp_path) + "/", "")


def test_people_are_classes(lfw):
    data = Lfw(path=str(lfw)).load()
    assert data.features[0].shape == (4, 3, 250, 250)
    assert data.class_names == ("Al_Gore", "Bo_Li", "Cy_Twombly")
    assert np.array_equal(data.labels[0], np.eye(3)[[0, 0, 1, 2]])
    assert np.allclose(data.features[0][:, 2].mean(axis=(1, 2)), [50, 100, 0, 150], atol=2)
    check_round_trip(Lfw(path="a", min_images=4, channels=1, transforms=(Flip(),)))


def test_people_with_enough_photos(lfw):
    data = Lfw(path=str(lfw), min_images=2, height=5, width=4, channels=1).load()
    assert data.features[0].shape == (2, 1, 5, 4)
    assert data.class_names == ("Al_Gore",)
    assert Lfw(path=str(lfw), rows=(1, 3), height=2, width=2).load().place(0).endswith("Al_Gore_0002.jpg")
    chosen = Lfw(path=str(lfw), classes=("Cy_Twombly", "Al_Gore"), height=2, width=2).load()
    assert np.array_equal(chosen.labels[0], np.eye(2)[[1, 1, 0]])


def test_bad_folders(lfw):
    reader = Lfw(path=str(lfw))
    assert message(reader.but(min_images=3), lfw.parent) == "nobody in lfw has 3 photos\nNone"
    assert message(reader.but(classes=5), lfw.parent) == "lfw holds 3 people, `classes` says 5\nNone"
    assert message(reader.but(path=str(lfw / "x")), lfw.parent) == (
        "there is no folder lfw/x\n"
        "unpack lfw.tgz of http://vis-www.cs.umass.edu/lfw/: 13,233 photos of 5,749 people, a folder for each"
    )
