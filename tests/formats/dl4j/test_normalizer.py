import numpy as np
import pytest

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


def test_broken():
    data = write_normalizer(FITTED[0])
    with pytest.raises(ModelFileError, match="n does not begin with NORMALIZER"):
        read_normalizer(b"\0\3abc" + data, "n")
    with pytest.raises(ModelFileError, match="ends too early"):
        read_normalizer(data[:-3], "n")
    with pytest.raises(UnsupportedFeature, match="the normalizer MULTI_HYBRID, which is not read yet"):
        read_normalizer(data.replace(b"\0\x0bSTANDARDIZE", b"\0\x0cMULTI_HYBRID"), "n")
