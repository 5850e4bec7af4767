"""Primary capsules, against windows cut out in plain NumPy."""

import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.layers.primary_capsules import PrimaryCapsules
from dl4py.shapes import Convolutional, ConvolutionalFlat, Recurrent
from tests.contract import assert_close, check_json, check_round_trip, generator
from tests.sequences import Alone, check_alone, weights_of

X = generator(1).normal(size=(2, 5, 6, 2))
GIVEN = Convolutional(2, 5, 6)


def formula(x, params, layer, slope):
    """Convolve without padding, cut channel-first values into vectors, squash; `[size, batch, capsules]`."""
    (kh, kw), (sh, sw), size = layer.kernel_size, layer.stride, layer.capsule_dimensions
    height, width = (x.shape[1] - kh) // sh + 1, (x.shape[2] - kw) // sw + 1
    z = np.zeros((len(x), params["weight"].shape[3], height, width))
    for n, h, w in np.ndindex(len(x), height, width):
        window = x[n, h * sh : h * sh + kh, w * sw : w * sw + kw]
        z[n, :, h, w] = np.einsum("ijc,ijco->o", window, params["weight"]) + params.get("bias", 0)
    z = np.where(z > 0, z, slope * z).reshape(len(x), -1, size)
    square = (z**2).sum(2, keepdims=True)
    return (z * square / (1 + square) / np.sqrt(square + 1e-5)).transpose(2, 0, 1)


PLAIN = PrimaryCapsules(capsule_dimensions=3, channels=2, kernel_size=[2, 3])
LAYERS = [
    (PLAIN, 1.0),
    (PrimaryCapsules(capsule_dimensions=2, channels=1, kernel_size=3, stride=1, use_relu=True, has_bias=False), 0.0),
    (PrimaryCapsules(capsule_dimensions=2, channels=2, kernel_size=2, use_relu=True, leak=0.2), 0.2),
]


@pytest.mark.parametrize(("layer", "slope"), LAYERS, ids=str)
def test_contract(layer, slope):
    check_round_trip(layer)
    alone = check_alone(layer, GIVEN, X)
    found = alone.run(X)
    assert_close(found["y"], formula(X, alone.params, layer, slope), 1e-9, 1e-12)
    assert alone.layer.output_shape(GIVEN) == Recurrent(found["y"].shape[2], layer.capsule_dimensions)


def test_a_mask_hides_places_of_images():
    mask = np.ones((2, 5, 6, 1))
    mask[0, 3:] = mask[1, :, 4:] = 0.0
    alone = check_alone(PLAIN, GIVEN, X, mask)
    found = alone.run(X, mask=mask)
    assert_close(found["y"], formula(X * mask, alone.params, PLAIN, 1.0), 1e-9, 1e-12)
    assert "mask" not in found
    dl4j = Alone(PLAIN, GIVEN, mode="dl4j")
    assert np.array_equal(dl4j.run(X, mask=mask)["y"], dl4j.run(X)["y"])


def test_dl4j_passes_twice_the_gradient():
    true, twice = (Alone(PLAIN, GIVEN, mode=mode).run(X, weights_of) for mode in ("exact", "dl4j"))
    assert np.array_equal(true.pop("y"), twice.pop("y"))
    for name in true:
        assert_close(twice[name], 2 * true[name], 1e-12, 1e-14)


def test_first_values_scale_with_the_fans_of_dl4j():
    weight, bias = PLAIN.given(GIVEN).params()
    assert (weight.fan_in, weight.fan_out, bias.start) == (12, 9, 0.0)


def test_flat_images_are_taken():
    assert PLAIN.wanted(ConvolutionalFlat(2, 5, 6)).type == "feed_forward_to_cnn"


def test_json():
    check_json(
        PrimaryCapsules(name="layer1", capsule_dimensions=4, channels=2, kernel_size=3, input_channels=4, capsules=8),
        "PrimaryCapsules",
        """{"biasUpdater": null, "capsuleDimensions": 4, "capsules": 8, "channels": 2, "constraints": null,
        "convolutionMode": "Truncate", "dilation": [1, 1], "gradientNormalization": "None",
        "gradientNormalizationThreshold": 1.0, "hasBias": true, "idropout": null, "inputChannels": 4,
        "kernelSize": [3, 3], "layerName": "layer1", "layerParams": {"biasParams": {"bias": [8]},
        "weightParams": {"weight": [3, 3, 4, 8]}}, "leak": 0.0, "padding": [0, 0], "paramWeightInit": null,
        "regularization": [], "regularizationBias": [], "stride": [2, 2],
        "updater": {"@class": "org.nd4j.linalg.learning.config.Sgd", "learningRate": 0.001}, "useRelu": false,
        "weightInit": "XAVIER"}""",
    )


@pytest.mark.parametrize(
    ("keys", "message", "note", "hint"),
    [
        (
            {"capsules": 9},
            "layer `a` has 9 capsules, but its input makes 12",
            "2 channels at 6 places",
            "leave `capsules` out",
        ),
        (
            {"kernel_size": [6, 3]},
            "layer `a` (primary_capsules): its window is larger than its input",
            "height: (5 - 6 + 2*0)/2 + 1 = 0.50, width: (6 - 3 + 2*0)/2 + 1 = 2.50; each must be at least 1",
            "`same` gives 3 x 3",
        ),
        (
            {"input_channels": 3},
            "layer `a` has input_channels 3, but its input has 2 channels",
            None,
            "write `input_channels: 2`, or leave it out",
        ),
    ],
)
def test_inputs_must_fit(keys, message, note, hint):
    layer = PrimaryCapsules(**{"name": "a", "capsule_dimensions": 3, "channels": 2, "kernel_size": 2, **keys})
    with pytest.raises(ShapeError) as caught:
        layer.given(GIVEN)
    assert (str(caught.value), caught.value.note, caught.value.hint) == (message, note, hint)
