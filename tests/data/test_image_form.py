import numpy as np
from PIL import Image

from dl4py.data.drawn import ImageFiles
from dl4py.data.image_form import ImageForm
from dl4py.data.readers.image_folder import ImageFolder
from dl4py.data.transforms.crop import Crop


def test_the_form_of_a_reader_is_its_keys(tmp_path):
    form = ImageForm(height=2, width=3, channels=1, transforms=(Crop(height=2, width=3),))
    assert ImageForm.of(ImageFolder(path="x", **{name: getattr(form, name) for name in ImageForm.model_fields})) == form
    Image.fromarray(np.arange(24, dtype=np.uint8).reshape(4, 6)).save(tmp_path / "a.png")
    read = ImageFiles((str(tmp_path / "a.png"),), form)
    assert read[:].tolist() == [[[[7, 8, 9], [13, 14, 15]]]]
    (tmp_path / "one").mkdir()
    (tmp_path / "a.png").rename(tmp_path / "one" / "a.png")
    folder = ImageFolder(path=str(tmp_path), height=2, width=3, channels=1)
    assert folder.load().images == ImageForm(height=2, width=3, channels=1)
