"""Deconvolution against windows added one by one to the output, in DL4J's layout."""

import itertools

import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.layers.deconvolution import Deconvolution2D, Deconvolution3D
from dl4py.shapes import Convolutional, Convolutional3D
from tests.contract import check_json
from tests.layers.test_convolution import COMMON, check_convolution


def spread(x, W, b, stride, dilation, cut, out):
    """Each place of `x [n, i, *axes]` adds its window, weights `[i, o, *kernel]`; `cut` places are left out before."""
    y = np.zeros((len(x), W.shape[1], *out)) + np.reshape(b, (-1, *(1,) * len(out)))
    for at in itertools.product(*map(range, x.shape[2:])):
        for tap in itertools.product(*map(range, W.shape[2:])):
            place = [a * s + t * d - c for a, s, t, d, c in zip(at, stride, tap, dilation, cut, strict=True)]
            if all(0 <= p < n for p, n in zip(place, out, strict=True)):
                y[(slice(None), slice(None), *place)] += x[(slice(None), slice(None), *at)] @ W[(..., *tap)]
    return y


@pytest.mark.parametrize("given", [Convolutional(2, 3, 4), Convolutional(2, 3, 4, "NHWC")], ids=str)
@pytest.mark.parametrize(
    ("keys", "geometry"),
    [
        ({"kernel_size": (3, 2)}, ((1, 1), (1, 1), (0, 0), (5, 5))),
        ({"kernel_size": (3, 2), "stride": (2, 3), "padding": (1, 0)}, ((2, 3), (1, 1), (1, 0), (5, 11))),
        ({"kernel_size": (2, 3), "stride": 2, "dilation": (2, 1)}, ((2, 2), (2, 1), (0, 0), (7, 9))),
        ({"kernel_size": 3, "stride": 2, "convolution_mode": "same"}, ((2, 2), (1, 1), (0, 0), (6, 8))),
        ({"kernel_size": 5, "stride": 2, "convolution_mode": "same"}, ((2, 2), (1, 1), (1, 1), (6, 8))),
        ({"kernel_size": 2, "has_bias": False, "convolution_mode": "strict"}, ((1, 1), (1, 1), (0, 0), (4, 5))),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_images(given, keys, geometry):
    layer = Deconvolution2D(n_out=3, activation="tanh", **keys)
    alone = check_convolution(layer, given, lambda x, W, b: spread(x, W, b, *geometry))
    assert alone.params["W"].shape[:2] == (2, 3)


@pytest.mark.parametrize("given", [Convolutional3D(2, 2, 3, 2), Convolutional3D(2, 2, 3, 2, "NDHWC")], ids=str)
@pytest.mark.parametrize(
    ("keys", "geometry"),
    [
        ({"stride": (1, 2, 2)}, ((1, 2, 2), (1, 1, 1), (0, 0, 0), (3, 6, 4))),
        (
            {"kernel_size": (1, 3, 2), "padding": (0, 1, 0), "dilation": (1, 1, 2)},
            ((1, 1, 1), (1, 1, 2), (0, 1, 0), (2, 3, 4)),
        ),
        ({"kernel_size": 3, "stride": 2, "convolution_mode": "same"}, ((2, 2, 2), (1, 1, 1), (0, 0, 0), (4, 6, 4))),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_volumes(given, keys, geometry):
    layer = Deconvolution3D(n_out=3, activation="tanh", **keys)
    check_convolution(layer, given, lambda x, W, b: spread(x, W, b, *geometry), W=lambda W: W.transpose(4, 3, 0, 1, 2))


def test_nothing_is_left():
    with pytest.raises(ShapeError) as caught:
        Deconvolution2D(name="up", n_out=1, kernel_size=2, padding=2).given(Convolutional(2, 3, 4)).output_shape(
            Convolutional(2, 3, 4)
        )
    assert caught.value.render() == (
        "layer `up` (deconvolution2d) cuts off all of its output\n"
        "   = height: 1*(3 - 1) + 2 - 2*2 = 0, width: 1*(4 - 1) + 2 - 2*2 = 1; each must be at least 1\n"
        "   = hint: write a smaller padding"
    )


def test_json():
    keys = COMMON % ('"dilation":[1,1],', '"kernelSize":[5,5],', "", "[0,0]", "", "[2,2]")
    check_json(Deconvolution2D(name="layer0", n_in=4, n_out=5, stride=2), "Deconvolution2D", "{%s}" % keys)
    keys = COMMON % (
        '"dataFormat":"NCDHW","dilation":[1,1,1],',
        '"kernelSize":[2,2,2],',
        "",
        "[0,0,0]",
        "",
        "[1,1,1]",
    )
    check_json(Deconvolution3D(name="layer0", n_in=4, n_out=5), "Deconvolution3D", "{%s}" % keys)
