import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from dl4py.data import images
from dl4py.errors import DataError


def message(path, tmp_path, channels=3):
    with pytest.raises(DataError) as error:
        images.read_image(path, channels)
    return f"{error.value}\n{error.value.hint}".replace(str(tmp_path) + "/", "")


def png(width, height, data=b""):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


@pytest.fixture
def colours(tmp_path):
    array = np.random.default_rng(0).integers(0, 256, (3, 4, 3), dtype=np.uint8)
    path = tmp_path / "colours.png"
    Image.fromarray(array).save(path)
    return path, array


def test_colours_and_grey(colours):
    path, array = colours
    image = images.read_image(path, 3)
    assert np.array_equal(images.pixels(image, "rgb"), array.transpose(2, 0, 1))
    assert np.array_equal(images.pixels(image, "bgr"), array[:, :, ::-1].transpose(2, 0, 1))
    grey = images.pixels(images.read_image(path, 1), "bgr")
    weighted = array @ [0.299, 0.587, 0.114]  # ITU-R 601
    assert grey.shape == (1, 3, 4)
    assert np.abs(grey[0] - weighted).max() <= 1
    with_alpha = images.pixels(images.read_image(path, 4), "bgr")
    assert np.array_equal(with_alpha[2], array[:, :, 0])
    assert (with_alpha[3] == 255).all()


def test_sixteen_bits_keep_the_upper_eight(tmp_path):
    values = np.array([[0, 255, 256, 65535]], np.uint16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    assert images.pixels(images.read_image(tmp_path / "deep.png", 1), "bgr").tolist() == [[[0, 0, 1, 255]]]


def test_an_image_taken_upright_is_read_upright(tmp_path):
    image = Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3))
    exif = image.getexif()
    exif[0x0112] = 6  # the camera was turned
    image.save(tmp_path / "turned.png", exif=exif)
    assert images.read_image(tmp_path / "turned.png", 1).size == (2, 3)


def test_what_cannot_be_read(colours, tmp_path):
    path, _ = colours
    (tmp_path / "words.jpg").write_text("hello")
    assert message(tmp_path / "words.jpg", tmp_path) == (
        "words.jpg is no image\nread are JPEG, PNG, BMP, GIF, TIFF, WEBP, PPM"
    )
    (tmp_path / "half.png").write_bytes(path.read_bytes()[:60])
    assert message(tmp_path / "half.png", tmp_path).startswith("half.png cannot be read as an image: ")
    assert message(tmp_path / "none.png", tmp_path) == (
        "none.png cannot be read as an image: No such file or directory\nfetch it again"
    )
    (tmp_path / "program.jpg").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n")
    assert message(tmp_path / "program.jpg", tmp_path).startswith("program.jpg is no image")


@pytest.mark.parametrize("side", [10_000, 60_000])  # Pillow warns of the first, refuses the second
def test_a_bomb_is_not_unpacked(tmp_path, side):
    (tmp_path / "bomb.png").write_bytes(png(side, side))
    assert message(tmp_path / "bomb.png", tmp_path) == (
        "bomb.png has more than 89,478,485 pixels, too many to be unpacked safely\nmake the image smaller first"
    )
