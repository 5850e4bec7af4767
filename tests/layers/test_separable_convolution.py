"""Separable convolution: the windows of each channel, then a product over channels."""

import numpy as np
import pytest

from dl4py.layers.separable_convolution import SeparableConvolution2D
from dl4py.plan import named
from tests.contract import assert_close, check_json, check_round_trip, generator
from tests.layers.test_convolution import COMMON, IMAGES, channels_first, inward, outward, windows
from tests.sequences import check_alone


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
    layer = SeparableConvolution2D(n_out=4, activation="tanh", **keys)
    check_round_trip(layer)
    x = generator(3).normal(size=(2, *given.array))
    alone = check_alone(layer, given, inward(x, given))
    W, pW, b = alone.params["W"], alone.params["pW"], alone.params.get("b", np.zeros(4))
    seen = np.einsum("nihwab,jiab->nijhw", windows(channels_first(x, given), *geometry), W)
    mid = seen.reshape(2, -1, *seen.shape[3:])
    truth = np.tanh(np.einsum("nchw,oc->nohw", mid, pW[:, :, 0, 0]) + b[:, None, None])
    out = alone.layer.output_shape(given)
    y = outward(alone.run(inward(x, given))["y"], out)
    assert y.shape == (2, *out.array)
    assert_close(channels_first(y, out), truth, 1e-9, 1e-12)


def test_parameters():
    params = SeparableConvolution2D(n_out=4, kernel_size=(3, 2), depth_multiplier=5, stride=2).given(IMAGES[0]).params()
    assert [(p.name, p.shape) for p in params] == [("b", (4,)), ("W", (5, 2, 3, 2)), ("pW", (4, 10, 1, 1))]
    assert (
        [p.name for p in named(params, "summary")] == [p.name for p in named(params, "variables")] == ["W", "pW", "b"]
    )
    assert [(p.fan_in, p.fan_out) for p in params[1:]] == [(12, 5 * 6 / 4), (10, 10)]


def test_json():
    keys = COMMON % ('"depthMultiplier":1,"dilation":[1,1],', '"kernelSize":[5,5],', "", "[0,0]", "", "[1,1]")
    for layout, written in (("nchw", '"NCHW"'), (None, "null")):
        layer = SeparableConvolution2D(name="layer0", n_in=4, n_out=5, cnn2d_data_format=layout)
        check_json(layer, "SeparableConvolution2D", "{%s}" % keys.replace('"NCHW"', written))
