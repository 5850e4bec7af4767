import numpy as np
import pytest
from contract import check_round_trip

from dl4py.data import Batch
from dl4py.data.normalizers.vgg16 import Vgg16
from dl4py.errors import DataError
from dl4py.formats.dl4j.normalizer import read_normalizer, write_normalizer

X = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 5)).astype("f")
RED, GREEN, BLUE = (
    123.68,
    116.779,
    103.939,
)  # the paper's repository, https://gist.github.com/ksimonyan/211839e770f7b538e2d8


@pytest.mark.parametrize(("order", "means"), [("bgr", (BLUE, GREEN, RED)), ("rgb", (RED, GREEN, BLUE))])
def test_the_mean_colour_is_taken_away(order, means):
    normalizer = Vgg16(color_order=order)
    fitted = normalizer.fit([Batch((X,))])
    expected = X - np.array(means).reshape(1, 3, 1, 1)
    assert np.allclose(fitted.apply(X), expected, atol=1e-4)
    again = read_normalizer(write_normalizer(fitted), "normalizer.bin")
    assert np.array_equal(again.apply(X), fitted.apply(X))
    assert np.allclose(again.revert(again.apply(X)), X, atol=1e-4)
    check_round_trip(normalizer)


def test_colours_are_needed():
    with pytest.raises(DataError) as error:
        Vgg16().fit([Batch((X[:, :1],))])
    assert str(error.value) == "`vgg16` is for images of 3 channels, an example has 1 x 4 x 5"
    assert error.value.hint == "`standardize` is for anything"
