"""Capsules, against the paper's procedure in plain NumPy."""

import numpy as np
import pytest

from dl4py.errors import ShapeError
from dl4py.layers.capsule import Capsule
from dl4py.shapes import FeedForward, Recurrent
from tests.contract import assert_close, check_json, check_round_trip, generator
from tests.sequences import Alone, check_alone, weights_of

X = generator(1).normal(size=(4, 3, 5))  # size, batch, capsules
GIVEN = Recurrent(5, 4)


def formula(x, params, layer):
    """Procedure 1 of the paper, with the bias and the epsilon of DL4J."""
    weight = params["weight"][0, :, :, :, 0].reshape(5, layer.capsules, layer.capsule_dimensions, 4)
    u = np.einsum("icdj,jni->nicd", weight, x)
    bias = params["bias"][0, 0, :, :, 0] if "bias" in params else 0
    logits = np.zeros(u.shape[:3])
    for _ in range(layer.routings):
        share = np.exp(logits) / np.exp(logits).sum(2, keepdims=True)
        s = (share[..., None] * u).sum(1) + bias
        square = (s**2).sum(2, keepdims=True)
        v = s * square / (1 + square) / np.sqrt(square + 1e-5)
        logits = logits + (u * v[:, None]).sum(3)
    return v.transpose(2, 0, 1)


LAYERS = [
    Capsule(capsules=3, capsule_dimensions=2),
    Capsule(capsules=2, capsule_dimensions=3, routings=1),
    Capsule(capsules=2, capsule_dimensions=4, routings=2, has_bias=True),
]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_contract(layer):
    check_round_trip(layer)
    alone = check_alone(layer, GIVEN, X)
    assert_close(alone.run(X)["y"], formula(X, alone.params, layer), 1e-9, 1e-12)
    assert alone.layer.output_shape(GIVEN) == Recurrent(layer.capsules, layer.capsule_dimensions)


def test_dl4j_passes_twice_the_gradient():
    true, twice = (Alone(LAYERS[2], GIVEN, mode=mode).run(X, weights_of) for mode in ("exact", "dl4j"))
    assert np.array_equal(true.pop("y"), twice.pop("y"))
    for name in true:
        assert_close(twice[name], 2 * true[name], 1e-12, 1e-14)


def test_capsules_are_not_masked():
    assert "mask" not in Alone(LAYERS[0], GIVEN).run(X, mask=np.ones((4, 3)))


def test_first_values_scale_with_the_fans_of_dl4j():
    weight, bias = LAYERS[2].given(GIVEN).params()
    assert (weight.shape, weight.fan_in, weight.fan_out) == ((1, 5, 8, 4, 1), 20, 8)
    assert (bias.shape, bias.start) == ((1, 1, 2, 4, 1), 0.0)


def test_json():
    check_json(
        Capsule(
            name="layer2", capsules=3, capsule_dimensions=4, routings=2, input_capsules=8, input_capsule_dimensions=4
        ),
        "CapsuleLayer",
        """{"biasUpdater": null, "capsuleDimensions": 4, "capsules": 3, "constraints": null,
        "gradientNormalization": "None", "gradientNormalizationThreshold": 1.0, "hasBias": false, "idropout": null,
        "inputCapsuleDimensions": 4, "inputCapsules": 8, "layerName": "layer2",
        "layerParams": {"biasParams": {}, "weightParams": {"weight": [1, 8, 12, 4, 1]}}, "paramWeightInit": null,
        "regularization": [], "regularizationBias": [], "routings": 2,
        "updater": {"@class": "org.nd4j.linalg.learning.config.Sgd", "learningRate": 0.001}, "weightInit": "XAVIER"}""",
    )


@pytest.mark.parametrize(
    ("keys", "given", "message", "hint"),
    [
        (
            {},
            Recurrent(5),
            "layer `a` (capsule) takes vectors of one size, its input has steps of any number",
            "put it behind `primary_capsules`, or give the input a `time`",
        ),
        (
            {"input_capsules": 6, "input_capsule_dimensions": 4},
            GIVEN,
            "layer `a` (capsule) takes 6 capsules of 4 values, its input has 5 of 4",
            "leave `input_capsules` and `input_capsule_dimensions` out",
        ),
        (
            {},
            FeedForward(5),
            "layer `a` (capsule) takes sequences, its input is rows of 5",
            "feed it sequences: `input: {type: recurrent, size: ..., time: ...}`",
        ),
    ],
)
def test_inputs_must_fit(keys, given, message, hint):
    with pytest.raises(ShapeError) as caught:
        Capsule(name="a", capsules=2, capsule_dimensions=2, **keys).given(given)
    assert (str(caught.value), caught.value.hint) == (message, hint)
