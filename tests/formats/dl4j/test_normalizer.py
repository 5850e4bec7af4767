"""Files in `normalizers/`: written by `NormalizerSerializer` of real DL4J 1.0.0-M2.1 for the data below."""

from pathlib import Path

import numpy as np
import pytest

from dl4py.data.normalizers import Fitted
from dl4py.data.normalizers.image_scaler import Scaled
from dl4py.data.normalizers.min_max import Ranged
from dl4py.data.normalizers.standardize import Standardized
from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.dl4j.normalizer import read_normalizer, write_normalizer

ROW = np.array([1.0, 2.0, 3.0], np.float32)
FITTED = [
    Standardized(ROW, ROW + 1),
    Standardized(ROW, ROW + 1, ROW[:1], ROW[1:2]),
    Ranged(-1.0, 1.0, ROW, ROW + 2),
    Ranged(0.0, 1.0, ROW, ROW + 2, ROW[:1], ROW[2:]),
    Scaled(0.0, 1.0, 255.0),
]


@pytest.mark.parametrize("fitted", FITTED, ids=lambda f: type(f).__name__)
def test_round_trip(fitted):
    data = write_normalizer(fitted)
    again = read_normalizer(data, "n")
    assert write_normalizer(again) == data
    x = np.array([[0.5, 1.5, 9.0]], np.float32)
    assert np.array_equal(again.apply(x), fitted.apply(x))


FILES = Path(__file__).parent / "normalizers"
X = np.array([[i * i * 0.5 - j * 1.25 + i * j for j in range(3)] for i in range(6)])
Y = np.array([[i * 3 - j * 0.75 for j in range(2)] for i in range(6)])


def moments(x):
    return x.mean(axis=0), x.std(axis=0)


def bounds(x):
    return x.min(axis=0), x.max(axis=0)


OF_DL4J = {
    "standardize": (Standardized, moments(X)),
    "standardize-labels": (Standardized, (*moments(X), *moments(Y))),
    "min-max": (Ranged, (-1.0, 2.0, *bounds(X))),
    "min-max-labels": (Ranged, (-1.0, 2.0, *bounds(X), *bounds(Y))),
    "image": (Scaled, (-1.0, 1.0, 255.0)),
    "image-unit": (Scaled, (0.0, 1.0, 255.0)),
}


@pytest.mark.parametrize("name", OF_DL4J)
def test_files_of_dl4j_both_ways(name):
    data = (FILES / f"{name}.bin").read_bytes()
    kind, expected = OF_DL4J[name]
    found = read_normalizer(data, name)
    assert type(found) is kind
    values = [value for value in vars(found).values() if value is not None]
    for value, truth in zip(values, expected, strict=True):
        assert np.allclose(value, truth, rtol=1e-6)
    assert write_normalizer(found) == data


def refusal(data, kind):
    with pytest.raises(kind) as error:
        read_normalizer(data, "n")
    return error.value.render()


KNOWN = "\n   = hint: STANDARDIZE, MIN_MAX, IMAGE_MIN_MAX, MULTI_STANDARDIZE, MULTI_MIN_MAX, MULTI_HYBRID are read"
HEAD = b"\0\x0aNORMALIZER\0\0\0\1"


def test_foreign_normalizers_are_refused_by_name():
    assert refusal(HEAD + b"\0\x0bIMAGE_VGG16", UnsupportedFeature) == (
        f"n holds the normalizer IMAGE_VGG16, which is not read yet{KNOWN}"
    )
    assert refusal(HEAD + b"\0\6CUSTOM\0\7a.b.Own", UnsupportedFeature) == (
        f"n holds the normalizer CUSTOM of the Java class a.b.Own, which is not read yet{KNOWN}"
    )
    assert refusal(b"\xac\xed\0\5sr", UnsupportedFeature) == (
        "n is a serialized Java object, which is never loaded\n"
        "   = hint: write it again with DL4J 0.8 or later, or fit a normalizer anew"
    )
    assert refusal(HEAD[:-1] + b"\2", UnsupportedFeature) == "n has version 2, known is 1"


def test_damaged_files():
    image, rows = (FILES / "image.bin").read_bytes(), (FILES / "standardize.bin").read_bytes()
    assert refusal(image + b"xx", ModelFileError) == "n: 2 bytes follow the statistics"
    assert refusal(rows + b"xx", ModelFileError) == "n: 2 bytes follow the statistics"
    assert refusal(image[:-1], ModelFileError) == "n ends too early"
    assert refusal(image[:20], ModelFileError) == "n is no normalizer of DL4J: no word at byte 16"
    assert refusal(b"", ModelFileError) == "n ends too early"
    longer = write_normalizer(Standardized(ROW, ROW[:2]))
    assert refusal(longer, ModelFileError) == "n: statistics of 3 and of 2 columns do not belong together"


def test_what_dl4j_cannot_hold_is_not_written():
    with pytest.raises(UnsupportedFeature) as error:
        write_normalizer(Fitted())
    assert str(error.value) == "DL4J has no normalizer like Fitted"


def test_broken():
    data = write_normalizer(FITTED[0])
    with pytest.raises(ModelFileError, match="n does not begin with NORMALIZER"):
        read_normalizer(b"\0\3abc" + data, "n")
    with pytest.raises(ModelFileError, match="ends too early"):
        read_normalizer(data[:-3], "n")
