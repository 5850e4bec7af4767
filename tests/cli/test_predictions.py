"""Predictions for images and for several outputs."""

import numpy as np
import pytest
from PIL import Image

from dl4py.cli import predictions
from dl4py.data.features import read_features
from dl4py.data.image_form import ImageForm
from dl4py.data.readers.csv import Csv
from dl4py.data.readers.joined import Joined
from dl4py.data.transforms.crop import Crop
from dl4py.errors import DataError
from dl4py.formats.model import load
from dl4py.network import Network, NetworkConfig
from dl4py.training.config import TrainingConfig
from dl4py.training.fitting import fit

RNG = np.random.default_rng(5)


@pytest.fixture
def photos(tmp_path):
    for name in ("b/2.png", "a/1.png", "a/notes.txt", ".hidden/3.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(RNG.integers(0, 255, (6, 8, 3), np.uint8)).save(tmp_path / name, format="PNG")
    return tmp_path


def images(form):
    shape = {"type": "convolutional", "channels": form.channels, "height": form.height, "width": form.width}
    layers = [{"type": "output", "n_out": 2}]
    return Network(NetworkConfig.model_validate({"input": shape, "seed": 1, "layers": layers}))


def test_the_zip_tells_how_images_become_features(photos, tmp_path):
    form = ImageForm(height=4, width=4, color_order="rgb", transforms=(Crop(height=4, width=4),))
    network = images(form)
    network.images = form
    network.save(tmp_path / "m.zip")
    again = load(tmp_path / "m.zip")
    assert again.images == form
    x = read_features(photos, images=predictions.image_form(again))
    (answer,) = predictions.compute(again, x, batch=1)
    files = [str(photos / "a" / "1.png"), str(photos / "b" / "2.png")]
    assert list(predictions.files_of(x)) == files
    middle = np.stack([np.asarray(Image.open(f))[1:5, 2:6].transpose(2, 0, 1) for f in files]).astype(np.float32)
    assert np.array_equal(answer.y, network.output(middle))
    assert answer.best == [str(i) for i in answer.y.argmax(axis=1)]


def test_a_zip_that_says_nothing_takes_its_size_and_dl4js_colours(photos):
    network = images(ImageForm(height=6, width=8))
    found = predictions.image_form(network)
    assert found == ImageForm(height=6, width=8, channels=3, color_order="bgr")
    (photos / "none").mkdir()
    one = photos / "a" / "1.png"
    blue_first = np.asarray(Image.open(one)).transpose(2, 0, 1)[None, ::-1].astype(np.float32)
    (answer,) = predictions.compute(network, read_features(one, images=found), 8)
    assert np.array_equal(answer.y, network.output(blue_first))
    assert predictions.image_form(images(ImageForm(height=6, width=8).but(channels=2))) is None
    with pytest.raises(DataError) as error:
        read_features(one)
    assert str(error.value) == f"{one} is an image, the model takes none"
    with pytest.raises(DataError) as empty:
        read_features(photos / "none", images=found)
    assert str(empty.value) == f"{photos / 'none'} holds no images"


def test_all_outputs_in_their_own_units(tmp_path):
    rows = RNG.normal(10.0, 3.0, (40, 2))
    (tmp_path / "d.csv").write_text("".join(f"{a},{b},{'up' if a > b else 'down'},{a + b}\n" for a, b in rows))
    parts = {"path": str(tmp_path / "d.csv"), "features": ("0-1",)}
    data = Joined(
        inputs=(Csv(**parts),), outputs=(Csv(**parts, labels=2), Csv(**parts, labels=3, regression=True))
    )  # fmt: skip
    vertices = [
        {"name": "side", "type": "output", "n_out": 2, "inputs": ["x"]},
        {"name": "sum", "type": "output", "n_out": 1, "activation": "identity", "loss": "mse", "inputs": ["x"]},
    ]
    graph = {"inputs": {"x": 2}, "vertices": vertices, "outputs": ["side", "sum"], "seed": 1}
    network = Network(NetworkConfig.model_validate(graph))
    fit(network, data, TrainingConfig(epochs=1, batch_size=8))
    (tmp_path / "x.csv").write_text("1,2\n3,4\n")
    side, total = predictions.compute(network, read_features(tmp_path / "x.csv"), 1)
    expected = network.output(np.array([[1, 2], [3, 4]], "f"))
    assert np.array_equal(side.y, expected[0])
    assert np.array_equal(total.y, expected[1])
    assert set(side.best) <= {"up", "down"}
    assert (total.best, total.names, total.output) == (None, (), "sum")
