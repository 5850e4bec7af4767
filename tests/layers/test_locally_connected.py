"""Locally connected layers, against windows cut out in plain NumPy."""

import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.layers.locally_connected import LocallyConnected1D, LocallyConnected2D
from dl4py.shapes import Convolutional, FeedForward, Recurrent
from tests.contract import assert_close, check_json, check_round_trip, generator
from tests.sequences import Alone, check_alone, weights_of

STEPS = generator(1).normal(size=(6, 3, 2))
IMAGES = generator(2).normal(size=(2, 5, 4, 2))


def cut(x, starts, kernel, dilation):
    """A window of `[place, place, channels]` that starts at `starts`, 0 outside, flattened channel by channel."""
    found = np.zeros((x.shape[2], *kernel))
    for i, j in np.ndindex(*kernel):
        h, w = starts[0] + i * dilation, starts[1] + j * dilation
        if 0 <= h < x.shape[0] and 0 <= w < x.shape[1]:
            found[:, i, j] = x[h, w]
    return found.ravel()


def steps(x, params, kernel, stride, begin, out, dilation=1, act=np.tanh):
    """`[time, batch, channels]`, a window for each step of the output."""
    y = np.zeros((out, x.shape[1], params["W"].shape[2]))
    for t, n in np.ndindex(out, x.shape[1]):
        window = cut(x[:, n][:, None], (t * stride - begin, 0), (kernel, 1), dilation)
        y[t, n] = act(window @ params["W"][t] + params.get("b", 0))
    return y


def images(x, params, kernel, stride, begin, out, act=np.tanh):
    """`[batch, height, width, channels]`; weights p belong to window (p mod height, p div height)."""
    y = np.zeros((len(x), out[0] * out[1], params["W"].shape[2]))
    for n, p in np.ndindex(*y.shape[:2]):
        starts = (p % out[0] * stride[0] - begin[0], p // out[0] * stride[1] - begin[1])
        y[n, p] = act(cut(x[n], starts, kernel, 1) @ params["W"][p] + params.get("b", 0))
    return y.reshape(len(x), *out, -1)


def identity(z):
    return z


SEQUENCES = [
    (LocallyConnected1D(n_out=3), (2, 1, 0, 6)),
    (LocallyConnected1D(n_out=3, kernel_size=3, stride=2, has_bias=False), (3, 2, 0, 3)),
    (LocallyConnected1D(n_out=2, kernel_size=3, convolution_mode="truncate", padding=1, stride=2), (3, 2, 1, 3)),
    (LocallyConnected1D(n_out=2, kernel_size=3, convolution_mode="causal", dilation=2), (3, 1, 4, 6, 2)),
    (LocallyConnected1D(n_out=2, kernel_size=3, dilation=2), (3, 1, 2, 6, 2)),
]


@pytest.mark.parametrize(("layer", "numbers"), SEQUENCES, ids=lambda v: "" if isinstance(v, tuple) else str(v))
def test_sequences(layer, numbers):
    check_round_trip(layer)
    alone = check_alone(layer, Recurrent(2, 6), STEPS)
    assert_close(alone.run(STEPS)["y"], steps(STEPS, alone.params, *numbers), 1e-9, 1e-12)
    assert alone.layer.output_shape(Recurrent(2, 6)) == Recurrent(layer.n_out, numbers[3])


PICTURES = [
    (LocallyConnected2D(n_out=3), ((2, 2), (1, 1), (0, 0), (5, 4))),
    (LocallyConnected2D(n_out=3, kernel_size=3, stride=2, activation="identity"), ((3, 3), (2, 2), (1, 0), (3, 2))),
    (
        LocallyConnected2D(n_out=2, kernel_size=[3, 2], convolution_mode="truncate", padding=[1, 0], has_bias=False),
        ((3, 2), (1, 1), (1, 0), (5, 3)),
    ),
]


@pytest.mark.parametrize(("layer", "numbers"), PICTURES, ids=lambda v: "" if isinstance(v, tuple) else str(v))
def test_images(layer, numbers):
    check_round_trip(layer)
    given = Convolutional(2, 5, 4)
    alone = check_alone(layer, given, IMAGES)
    act = identity if layer.activation.type == "identity" else np.tanh
    assert_close(alone.run(IMAGES)["y"], images(IMAGES, alone.params, *numbers, act), 1e-9, 1e-12)
    assert alone.layer.output_shape(given) == Convolutional(layer.n_out, *numbers[3])


def test_square_outputs_are_transposed_in_both_modes():
    layer = LocallyConnected2D(n_out=1, kernel_size=1, activation="identity", has_bias=False)
    for mode in ("exact", "dl4j"):
        alone = Alone(layer, Convolutional(1, 3, 3), mode=mode)
        alone.params["W"] = np.ones((9, 1, 1))
        x = np.arange(9.0).reshape(1, 3, 3, 1)
        assert np.array_equal(alone.run(x)["y"][0, :, :, 0], x[0, :, :, 0].T)


def test_a_mask_hides_steps_of_input_and_output():
    mask = np.ones((6, 3))
    mask[4:, 1] = 0.0
    alone = check_alone(SEQUENCES[0][0], Recurrent(2, 6), STEPS, mask)
    found = alone.run(STEPS, weights_of, mask=mask)
    truth = steps(STEPS * mask[:, :, None], alone.params, *SEQUENCES[0][1]) * mask[:, :, None]
    assert_close(found["y"], truth, 1e-9, 1e-12)
    assert np.array_equal(found["mask"], mask)
    dl4j = Alone(SEQUENCES[0][0], Recurrent(2, 6), mode="dl4j")
    assert np.array_equal(dl4j.run(STEPS, mask=mask)["y"], dl4j.run(STEPS)["y"])


def test_dl4j_passes_twice_the_gradient():
    for layer, given, x in (
        (SEQUENCES[0][0], Recurrent(2, 6), STEPS),
        (PICTURES[0][0], Convolutional(2, 5, 4), IMAGES),
    ):
        true, twice = (Alone(layer, given, mode=mode).run(x, weights_of) for mode in ("exact", "dl4j"))
        assert np.array_equal(true.pop("y"), twice.pop("y"))
        for name in true:
            assert_close(twice[name], 2 * true[name], 1e-12, 1e-14)


def test_dl4j_does_not_dilate_windows():
    layer, (kernel, stride, begin, out, _) = SEQUENCES[4]
    alone = Alone(layer, Recurrent(2, 6), mode="dl4j")
    assert_close(alone.run(STEPS)["y"], steps(STEPS, alone.params, kernel, stride, begin, out), 1e-9, 1e-12)


def test_first_values_scale_with_the_fans_of_dl4j():
    W, b = LocallyConnected2D(n_out=3, kernel_size=[3, 2], stride=[2, 1]).given(Convolutional(2, 5, 4)).params()
    assert (W.shape, W.fan_in, W.fan_out, b.start) == ((12, 12, 3), 12, 9, 0.0)


SGD = '{"@class": "org.nd4j.linalg.learning.config.Sgd", "learningRate": 0.001}'


def test_json_of_sequences():
    check_json(
        LocallyConnected1D(name="layer0", n_in=3, n_out=4, kernel_size=3, input_size=6),
        "LocallyConnected1D",
        """{"activation": "TANH", "biasUpdater": null, "cm": "Same", "constraints": null, "dilation": 1,
        "featureDim": 9, "gradientNormalization": "None", "gradientNormalizationThreshold": 1.0, "hasBias": true,
        "idropout": null, "inputSize": 6, "kernel": 3, "layerName": "layer0", "layerParams": {"biasParams": {"b": [4]},
        "weightParams": {"W": [6, 9, 4]}}, "nin": 3, "nout": 4, "outputSize": 6, "padding": 1, "paddingR": 1,
        "paramWeightInit": null, "regularization": [], "regularizationBias": [], "stride": 1,
        "updater": SGD, "weightInit": "XAVIER"}""".replace("SGD", SGD),
    )


def test_json_of_images():
    check_json(
        LocallyConnected2D(name="layer0", n_in=2, n_out=3, kernel_size=3, input_size=5),
        "LocallyConnected2D",
        """{"activation": "TANH", "biasUpdater": null, "cm": "Same", "constraints": null, "dilation": [1, 1],
        "featureDim": 18, "format": "NCHW", "gradientNormalization": "None", "gradientNormalizationThreshold": 1.0,
        "hasBias": true, "idropout": null, "inputSize": [5, 5], "kernel": [3, 3], "layerName": "layer0",
        "layerParams": {"biasParams": {"b": [3]}, "weightParams": {"W": [25, 18, 3]}}, "nin": 2, "nout": 3,
        "outputSize": [5, 5], "padding": [1, 1], "paddingBr": [1, 1], "paramWeightInit": null, "regularization": [],
        "regularizationBias": [], "stride": [1, 1], "updater": SGD, "weightInit": "XAVIER"}""".replace("SGD", SGD),
    )


@pytest.mark.parametrize(
    ("layer", "given", "message", "note", "hint"),
    [
        (
            LocallyConnected1D(name="a", n_out=3),
            Recurrent(2),
            "layer `a` (locally_connected1d) has weights for each step, and must know their number",
            None,
            "give the network's `input` a length: `input: {type: recurrent, size: ..., time: ...}`",
        ),
        (
            LocallyConnected1D(name="a", n_out=3, input_size=5),
            Recurrent(2, 6),
            "layer `a` (locally_connected1d) has weights for inputs of 5, found 6",
            None,
            "leave `input_size` out, and give it inputs of one size only",
        ),
        (
            LocallyConnected2D(name="a", n_out=3, kernel_size=6, convolution_mode="truncate"),
            Convolutional(2, 5, 4),
            "layer `a` (locally_connected2d): its window is larger than its input",
            "height: (5 - 6 + 2*0)/1 + 1 = 0.00, width: (4 - 6 + 2*0)/1 + 1 = -1.00; each must be at least 1",
            "`same` gives 5 x 4",
        ),
        (
            LocallyConnected2D(name="a", n_out=3),
            FeedForward(4),
            "layer `a` (locally_connected2d) takes images, its input is rows of 4",
            None,
            "give the network's `input` that type, or put a preprocessor before the layer",
        ),
    ],
)
def test_inputs_must_fit(layer, given, message, note, hint):
    with pytest.raises(ShapeError) as caught:
        layer.given(given)
    assert (str(caught.value), caught.value.note, caught.value.hint) == (message, note, hint)
