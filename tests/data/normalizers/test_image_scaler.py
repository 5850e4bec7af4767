import numpy as np
import pytest
from contract import check_round_trip
from pydantic import ValidationError

from dl4py.data import Dataset
from dl4py.data.normalizers.image_scaler import ImageScaler


def test_real_dl4j(recorded):
    real = recorded("image_scaler images")
    real.check(ImageScaler(min=-1).fit([real.batch]))


def test_pixels():
    check_round_trip(ImageScaler(min=-1))
    x = np.array([[0.0, 127.5, 255.0]], "f")
    assert np.allclose(ImageScaler(min=-1).fit(Dataset.from_arrays(x)).apply(x), [[-1, 0, 1]])
    assert ImageScaler(min=-1).fit([]).revert(np.array([[-1, 0, 1]], "f")).tolist() == x.tolist()
    assert np.allclose(ImageScaler(max_pixel=15.0).fit([]).apply(x), x / 15)


def test_white_is_above_black():
    with pytest.raises(ValidationError) as error:
        ImageScaler(min=1)
    assert error.value.errors()[0]["msg"] == "`max` must be above `min`"
