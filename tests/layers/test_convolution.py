"""Convolution against sums over windows, visited one by one, in DL4J's layout."""

import itertools

import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.layers.convolution import Convolution1D, Convolution2D, Convolution3D
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward, Recurrent
from tests.contract import assert_close, check_json, check_round_trip, generator
from tests.sequences import Alone, check_alone


def inward(x, shape):
    return np.ascontiguousarray(x.transpose(shape.inside))


def outward(y, shape):
    return y.transpose(np.argsort(shape.inside))


def channels_first(x, shape):
    return np.moveaxis(x, -1, 1) if shape.format in ("NWC", "NHWC", "NDHWC") else x


def windows(x, kernel, stride, dilation, pads):
    """Every window of `x [n, i, *axes]`: `[n, i, *out, *kernel]`; `pads` are zeros before and after each axis."""
    x = np.pad(x, ((0, 0), (0, 0), *pads))
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    out = [(n - span) // s + 1 for n, span, s in zip(x.shape[2:], spans, stride, strict=True)]
    seen = np.zeros((*x.shape[:2], *out, *kernel))
    for at in itertools.product(*map(range, out)):
        for tap in itertools.product(*map(range, kernel)):
            place = tuple(o * s + t * d for o, s, t, d in zip(at, stride, tap, dilation, strict=True))
            seen[(slice(None), slice(None), *at, *tap)] = x[(slice(None), slice(None), *place)]
    return seen


def correlated(x, W, b, kernel, stride, dilation, pads):
    """``sum window W + b`` for weights `[o, i, *kernel]`."""
    seen = windows(x, kernel, stride, dilation, pads)
    taps = list(range(-len(kernel), 0))
    y = np.tensordot(seen, W, axes=([1, *taps], [1, *range(2, W.ndim)]))
    return np.moveaxis(y, -1, 1) + np.reshape(b, (-1, *(1,) * len(kernel)))


def check_convolution(layer, given, formula, W=lambda W: W):
    """`formula(x, W, b)` in DL4J's layout, channels first, is the truth before the activation tanh."""
    check_round_trip(layer)
    x = generator(3).normal(size=(2, *given.array))
    alone = check_alone(layer, given, inward(x, given))
    out = alone.layer.output_shape(given)
    y = outward(alone.run(inward(x, given))["y"], out)
    truth = formula(channels_first(x, given), W(alone.params["W"]), alone.params.get("b", np.zeros(1)))
    assert y.shape == (2, *out.array)
    assert_close(channels_first(y, out), np.tanh(truth), 1e-9, 1e-12)
    return alone


IMAGES = [Convolutional(2, 5, 6), Convolutional(2, 5, 6, "NHWC")]


@pytest.mark.parametrize("given", IMAGES, ids=str)
@pytest.mark.parametrize(
    ("keys", "geometry"),
    [
        ({"kernel_size": (3, 2)}, ((3, 2), (1, 1), (1, 1), ((0, 0), (0, 0)))),
        ({"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 2)}, ((3, 2), (2, 1), (1, 1), ((1, 1), (2, 2)))),
        ({"kernel_size": (3, 2), "dilation": (2, 3)}, ((3, 2), (1, 1), (2, 3), ((0, 0), (0, 0)))),
        ({"kernel_size": (3, 3), "stride": (2, 3), "convolution_mode": "strict"},
         ((3, 3), (2, 3), (1, 1), ((0, 0), (0, 0)))),
        ({"kernel_size": (3, 2), "stride": (2, 2), "convolution_mode": "same"},
         ((3, 2), (2, 2), (1, 1), ((1, 1), (0, 0)))),
        ({"kernel_size": (2, 4), "convolution_mode": "same"}, ((2, 4), (1, 1), (1, 1), ((0, 1), (1, 2)))),
        ({"kernel_size": (1, 1)}, ((1, 1), (1, 1), (1, 1), ((0, 0), (0, 0)))),
        ({"kernel_size": (1, 1), "stride": (2, 2)}, ((1, 1), (2, 2), (1, 1), ((0, 0), (0, 0)))),
        ({"kernel_size": (3, 2), "has_bias": False}, ((3, 2), (1, 1), (1, 1), ((0, 0), (0, 0)))),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)  # fmt: skip
def test_images(given, keys, geometry):
    layer = Convolution2D(n_out=3, activation="tanh", **keys)
    check_convolution(layer, given, lambda x, W, b: correlated(x, W, b, *geometry))


@pytest.mark.parametrize("given", [Recurrent(2, 6), Recurrent(2, 6, "NWC")], ids=str)
@pytest.mark.parametrize(
    ("keys", "geometry"),
    [
        ({}, ((3,), (1,), (1,), ((0, 0),))),
        ({"stride": 2, "padding": 1}, ((3,), (2,), (1,), ((1, 1),))),
        ({"convolution_mode": "same"}, ((3,), (1,), (1,), ((1, 1),))),
        ({"convolution_mode": "causal", "dilation": 2}, ((3,), (1,), (2,), ((4, 0),))),
        ({"convolution_mode": "causal", "stride": 2}, ((3,), (2,), (1,), ((2, 0),))),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_sequences_read_their_weights_as_kernel_in_out(given, keys, geometry):
    layer = Convolution1D(n_out=3, kernel_size=3, activation="tanh", **keys)
    alone = check_convolution(
        layer,
        given,
        lambda x, W, b: correlated(x, W, b, *geometry),
        W=lambda W: W.reshape(3, 2, 3).transpose(2, 1, 0),
    )
    assert alone.params["W"].shape == (3, 2, 3, 1)


@pytest.mark.parametrize("given", [Convolutional3D(2, 3, 4, 3), Convolutional3D(2, 3, 4, 3, "NDHWC")], ids=str)
@pytest.mark.parametrize(
    ("keys", "geometry"),
    [
        ({}, ((2, 2, 2), (1, 1, 1), (1, 1, 1), ((0, 0),) * 3)),
        ({"kernel_size": (1, 3, 2), "stride": (2, 1, 1), "padding": (0, 1, 0), "dilation": (1, 1, 2)},
         ((1, 3, 2), (2, 1, 1), (1, 1, 2), ((0, 0), (1, 1), (0, 0)))),
        ({"stride": 2, "convolution_mode": "same"}, ((2, 2, 2), (2, 2, 2), (1, 1, 1), ((0, 1), (0, 0), (0, 1)))),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)  # fmt: skip
def test_volumes(given, keys, geometry):
    layer = Convolution3D(n_out=2, activation="tanh", **keys)
    check_convolution(layer, given, lambda x, W, b: correlated(x, W, b, *geometry))


def test_softmax_is_over_channels():
    alone = Alone(Convolution2D(n_out=3, kernel_size=2, activation="softmax"), IMAGES[0])
    y = alone.run(inward(generator().normal(size=(2, 2, 5, 6)), IMAGES[0]))["y"]
    assert y.shape == (2, 4, 5, 3)
    assert_close(y.sum(axis=-1), np.ones((2, 4, 5)), 1e-12)


@pytest.mark.parametrize("mode", ["exact", "dl4j"])
def test_dl4j_differentiates_softmax_along_the_width_where_channels_are_last(mode):
    """Quirk 56: what comes out is the softmax of channels all the same."""
    given = Convolutional(2, 5, 6, "NHWC")
    x = inward(generator().normal(size=(2, *given.array)), given)
    dy = generator(1).normal(size=(2, 4, 5, 3))
    found, before = (
        Alone(Convolution2D(n_out=3, kernel_size=2, activation=name), given, mode=mode).run(x, lambda _: dy.copy())
        for name in ("softmax", "identity")
    )
    z = np.exp(before["y"])
    assert_close(found["y"], z / z.sum(axis=3, keepdims=True), 1e-9)
    axis = 2 if mode == "dl4j" else 3
    y = z / z.sum(axis=axis, keepdims=True)
    dz = y * (dy - (y * dy).sum(axis=axis, keepdims=True))
    assert_close(found["db"].reshape(-1), dz.sum(axis=(0, 1, 2)), 1e-9, 1e-12)


def test_fans_count_taps():
    found = Convolution2D(n_out=6, kernel_size=(3, 2), stride=(3, 1)).given(IMAGES[0]).params()
    assert [(p.name, p.shape) for p in found] == [("b", (6,)), ("W", (6, 2, 3, 2))]
    assert (found[1].fan_in, found[1].fan_out) == (2 * 6, 6 * 6 / 3)


def test_a_length_that_varies_stays_open():
    layer = Convolution1D(n_out=3, kernel_size=3).given(Recurrent(2))
    assert layer.output_shape(Recurrent(2)) == Recurrent(3)


def test_channels_that_differ():
    with pytest.raises(ShapeError) as caught:
        Convolution2D(name="c", n_in=3, n_out=1).given(IMAGES[0])
    assert caught.value.render() == (
        "layer `c` has n_in 3, but its input has 2 channels\n   = hint: write `n_in: 2`, or leave it out"
    )


def test_an_order_of_axes_that_differs():
    with pytest.raises(ShapeError) as caught:
        Convolution2D(name="c", n_out=1, cnn2d_data_format="nhwc").given(IMAGES[0])
    assert caught.value.render() == (
        "layer `c` has cnn2d_data_format nhwc, its input is images of 2 x 5 x 6 (NCHW)\n"
        "   = hint: leave `cnn2d_data_format` out: the network's input decides"
    )


def test_rows_are_no_images():
    with pytest.raises(ShapeError) as caught:
        Convolution2D(name="c", n_out=1).given(FeedForward(60))
    assert caught.value.render() == (
        "layer `c` (convolution) takes images, its input is rows of 60\n"
        "   = hint: give the network's `input` that type, or put a preprocessor before the layer"
    )


COMMON = (
    '"activationFn":{"@class":"org.nd4j.linalg.activations.impl.ActivationSigmoid"},"biasInit":0.0,"biasUpdater":null,'
    '"cnn2dDataFormat":"NCHW","constraints":null,"convolutionMode":"Truncate","cudnnAlgoMode":"PREFER_FASTEST",'
    '"cudnnAllowFallback":true,"cudnnBwdDataAlgo":null,"cudnnBwdFilterAlgo":null,"cudnnFwdAlgo":null,%s"gainInit":1.0,'
    '"gradientNormalization":"None","gradientNormalizationThreshold":1.0,"hasBias":true,"idropout":null,'
    '"iupdater":{"@class":"org.nd4j.linalg.learning.config.Sgd","learningRate":0.001},%s'
    '"layerName":"layer0",%s"nin":4,"nout":5,"padding":%s,"regularization":[],"regularizationBias":[],%s'
    '"stride":%s,"timeDistributedFormat":null,"weightInitFn":{"@class":"org.deeplearning4j.nn.weights.WeightInitXavier"},'
    '"weightNoise":null'
)


def test_json():
    keys = COMMON % ('"dilation":[1,1],', '"kernelSize":[5,5],', "", "[0,0]", "", "[1,1]")
    check_json(Convolution2D(name="layer0", n_in=4, n_out=5), "ConvolutionLayer", "{%s}" % keys)
    keys = COMMON % ('"dilation":[1,1],', '"kernelSize":[3,3],', "", "[0,0]", '"rnnDataFormat":"NCW",', "[2,2]")
    check_json(
        Convolution1D(name="layer0", n_in=4, n_out=5, kernel_size=3, stride=2), "Convolution1DLayer", "{%s}" % keys
    )
    start = '"dataFormat":"NCDHW","dilation":[1,1,1],'
    keys = COMMON % (start, '"kernelSize":[2,2,2],', '"mode":"Same",', "[0,0,0]", "", "[1,1,1]")
    check_json(Convolution3D(name="layer0", n_in=4, n_out=5), "Convolution3D", "{%s}" % keys)
