"""Depthwise convolution against sums over windows of each channel."""

import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.layers.depthwise_convolution import DepthwiseConvolution2D
from dl4py.plan import named
from dl4py.shapes import Convolutional
from tests.contract import check_json
from tests.layers.test_convolution import COMMON, IMAGES, check_convolution, windows


def by_channel(x, W, *geometry):
    """Weights `[kernel height, kernel width, i, m]`; output channel i m + j."""
    y = np.einsum("nihwab,abij->nijhw", windows(x, *geometry), W)
    return y.reshape(len(y), -1, *y.shape[3:])


@pytest.mark.parametrize("given", IMAGES, ids=str)
@pytest.mark.parametrize(
    ("keys", "geometry"),
    [
        ({"kernel_size": (3, 2), "depth_multiplier": 2}, ((3, 2), (1, 1), (1, 1), ((0, 0), (0, 0)))),
        (
            {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)},
            ((3, 2), (2, 1), (1, 2), ((1, 1), (2, 2))),
        ),
        (
            {"kernel_size": 3, "stride": 2, "convolution_mode": "same", "has_bias": False, "depth_multiplier": 3},
            ((3, 3), (2, 2), (1, 1), ((1, 1), (0, 1))),
        ),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_contract(given, keys, geometry):
    layer = DepthwiseConvolution2D(activation="tanh", **keys)
    many = 2 * layer.depth_multiplier
    alone = check_convolution(
        layer, given, lambda x, W, b: by_channel(x, W, *geometry) + np.reshape(np.zeros(many) + b, (-1, 1, 1))
    )
    assert alone.layer.n_out == many


def test_parameters():
    params = DepthwiseConvolution2D(kernel_size=(3, 2), depth_multiplier=4, stride=(3, 1)).given(IMAGES[0]).params()
    assert [p.name for p in params] == ["b", "W"]
    assert [p.name for p in named(params, "summary")] == [p.name for p in named(params, "variables")] == ["W", "b"]
    assert (params[1].fan_in, params[1].fan_out) == (2 * 6, 4 * 6 / 3)


def test_a_wrong_number_of_channels():
    with pytest.raises(ShapeError) as caught:
        DepthwiseConvolution2D(name="d", n_out=5, depth_multiplier=2).given(Convolutional(3, 8, 8))
    assert caught.value.render() == (
        "layer `d` has n_out 5, but 3 channels times depth_multiplier 2 are 6\n   = hint: leave `n_out` out"
    )


def test_json():
    keys = COMMON % ('"depthMultiplier":1,"dilation":[1,1],', '"kernelSize":[5,5],', "", "[0,0]", "", "[1,1]")
    check_json(DepthwiseConvolution2D(name="layer0", n_in=4, n_out=5), "DepthwiseConvolution2D", "{%s}" % keys)
