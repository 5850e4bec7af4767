import numpy as np
from contract import check_round_trip

from dl4py.data import Dataset
from dl4py.data.normalizers.image_scaler import ImageScaler


def test_pixels():
    check_round_trip(ImageScaler(min=-1))
    x = np.array([[0.0, 127.5, 255.0]], "f")
    assert np.allclose(ImageScaler(min=-1).fit(Dataset.from_arrays(x)).apply(x), [[-1, 0, 1]])
