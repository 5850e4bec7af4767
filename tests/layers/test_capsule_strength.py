"""Lengths of capsules, against NumPy's norm."""

import numpy as np

from dl4py.layers.capsule_strength import CapsuleStrength
from dl4py.shapes import FeedForward, Recurrent
from tests.contract import assert_close, check_json, check_round_trip, generator
from tests.sequences import Alone, check_alone, weights_of

X = generator(1).normal(size=(4, 3, 5))  # size, batch, capsules
GIVEN = Recurrent(5, 4)


def test_contract():
    check_round_trip(CapsuleStrength())
    alone = check_alone(CapsuleStrength(), GIVEN, X)
    assert_close(alone.run(X)["y"], np.linalg.norm(X, axis=0), 1e-12, 1e-15)
    assert alone.layer.output_shape(GIVEN) == FeedForward(5)


def test_dl4j_passes_twice_the_gradient():
    true, twice = (Alone(CapsuleStrength(), GIVEN, mode=mode).run(X, weights_of) for mode in ("exact", "dl4j"))
    assert_close(twice["dx"], 2 * true["dx"], 1e-12, 1e-14)


def test_json():
    check_json(
        CapsuleStrength(name="layer3"),
        "CapsuleStrengthLayer",
        """{"biasUpdater": null, "constraints": null, "gradientNormalization": "None",
        "gradientNormalizationThreshold": 1.0, "idropout": null, "layerName": "layer3",
        "layerParams": {"biasParams": {}, "weightParams": {}}, "paramWeightInit": null, "regularization": [],
        "regularizationBias": [], "updater": {"@class": "org.nd4j.linalg.learning.config.Sgd", "learningRate": 0.001},
        "weightInit": null}""",
    )
