"""Activations, losses, distributions, preprocessors of old files."""

import pytest

from dl4py.errors import UnsupportedFeature
from dl4py.formats.dl4j.legacy import objects
from dl4py.formats.dl4j.legacy.era import LegacyWarning

ACTIVATION = "org.nd4j.linalg.activations.impl.Activation"
LOSS = "org.nd4j.linalg.lossfunctions.impl.Loss"
INIT = "org.deeplearning4j.nn.weights.WeightInit"
CONF = "org.deeplearning4j.nn.conf."


@pytest.mark.parametrize(
    ("body", "alpha", "found"),
    [
        ({"activationFunction": "relu"}, 0.0, {"@class": f"{ACTIVATION}ReLU"}),
        ({"activationFunction": "leakyrelu"}, 0.0, {"@class": f"{ACTIVATION}LReLU"}),
        ({"activationFunction": "leakyrelu"}, 0.3, {"@class": f"{ACTIVATION}LReLU", "alpha": 0.3}),
        ({"activationFn": {"LReLU": {"alpha": 0.02}}}, 0.3, {"@class": f"{ACTIVATION}LReLU", "alpha": 0.02}),
        ({"activationFn": {"HardTanh": {}}}, None, {"@class": f"{ACTIVATION}HardTanH"}),
        ({"activationFn": {"@class": f"{ACTIVATION}ReLU"}}, None, {"@class": f"{ACTIVATION}ReLU"}),
        ({"activationFn": None}, None, None),
    ],
)
def test_activations(body, alpha, found):
    assert objects.activation(body, alpha, "a") == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"lossFunction": "MSE"}, f"{LOSS}MSE"),
        ({"lossFunction": "SQUARED_LOSS"}, f"{LOSS}L2"),
        ({"lossFunction": "MSE", "lossFn": {"NegativeLogLikelihood": {}}}, f"{LOSS}NegativeLogLikelihood"),
        ({"lossFunction": "RECONSTRUCTION_CROSSENTROPY", "lossFn": None}, f"{LOSS}KLD"),
    ],
)
def test_losses(body, found):
    assert objects.loss(body, "a") == {"@class": found}


def test_first_weights():
    normal = {"weightInit": "DISTRIBUTION", "dist": {"normal": {"mean": 0.1, "std": 1.2}}}
    distribution = {"type": f"{CONF}distribution.NormalDistribution", "mean": 0.1, "std": 1.2}
    assert objects.weight_init(normal, False, "a") == {"@class": f"{INIT}Distribution", "distribution": distribution}
    assert objects.weight_init({"weightInit": "ONES"}, False, "a") == {"@class": f"{INIT}Constant", "value": 1.0}
    assert objects.weight_init({"weightInit": "XAVIER"}, False, "a") == {"@class": f"{INIT}Xavier"}
    assert objects.weight_init({"weightInit": "XAVIER"}, True, "a") == {"@class": f"{INIT}XavierLegacy"}


def test_first_weights_that_nobody_knows_any_more():
    with pytest.warns(LegacyWarning) as caught:
        assert objects.weight_init({"weightInit": "VI"}, False, "a") == {"@class": f"{INIT}Xavier"}
    assert str(caught[0].message) == (
        "a: the first weights VI are not known any more; fresh weights would be drawn by XAVIER"
    )


def test_preprocessors_inside_each_other():
    inner = {"cnnToFeedForward": {"inputHeight": 2, "inputWidth": 3, "numChannels": 4}}
    assert objects.preprocessor({"composableInput": {"inputPreProcessors": [inner]}}, "a") == {
        "@class": f"{CONF}preprocessor.ComposableInputPreProcessor",
        "inputPreProcessors": [
            {
                "@class": f"{CONF}preprocessor.CnnToFeedForwardPreProcessor",
                "inputHeight": 2,
                "inputWidth": 3,
                "numChannels": 4,
            }
        ],
    }


def test_reconstruction_distributions():
    value = {
        "Composite": {
            "distributionSizes": [1],
            "reconstructionDistributions": [{"Gaussian": {"activationFunction": "tanh"}}],
        }
    }
    found = objects.reconstruction(value, "a")
    assert found["@class"] == f"{CONF}layers.variational.CompositeReconstructionDistribution"
    assert found["reconstructionDistributions"][0]["activationFn"] == {"@class": f"{ACTIVATION}TanH"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: objects.activation({"activationFunction": "stabilize"}, None, "a"),
            "a.activationFunction: the activation `stabilize`",
        ),
        (lambda: objects.loss({"lossFunction": "RMSE_XENT"}, "a"), "a.lossFunction: the loss `RMSE_XENT`"),
        (lambda: objects.loss({"lossFn": {"MyLoss": {}}}, "a"), "a.lossFn: the loss `MyLoss`"),
        (lambda: objects.preprocessor({"zeroMean": {}}, "a"), "a: the preprocessor `zeroMean`"),
        (
            lambda: objects.weight_init({"weightInit": "MAGIC"}, False, "a"),
            "a.weightInit: the way of first weights `MAGIC`",
        ),
        (lambda: objects.distribution({"cauchy": {}}, "a"), "a: the distribution `cauchy`"),
    ],
)
def test_what_is_not_known_is_named(call, message):
    with pytest.raises(UnsupportedFeature) as error:
        call()
    assert error.value.render() == (
        f"{message} of an old DL4J is not known here\n"
        "   = hint: load it with the DL4J that wrote it, or with 1.0.0-M2.1, and save it again"
    )


def test_an_object_of_two_names_is_refused():
    with pytest.raises(UnsupportedFeature) as error:
        objects.loss({"lossFn": {"MSE": {}, "L1": {}}}, "a")
    assert str(error.value) == "a.lossFn: expected one name in an object of DL4J 0.x, found ['L1', 'MSE']"
