import numpy as np
import pytest
from contract import Case, check_json, check_layer

from dl4py.errors import ShapeError
from dl4py.layers.variational_autoencoder import VariationalAutoencoder

KEYS = {"n_out": 3, "encoder_layer_sizes": (5, 4), "decoder_layer_sizes": (6,)}
CASES = [
    Case(VariationalAutoencoder(**KEYS, activation="tanh")),
    Case(VariationalAutoencoder(n_out=2, pzx_activation="tanh", output_distribution="bernoulli")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


def parameters(network):
    return {slot.param.name: network.parameter(slot) for slot in network.parameters.slots if slot.node.name == "layer1"}


def test_the_output_is_the_mean_of_the_latent_variables():
    case = Case(VariationalAutoencoder(**KEYS, activation="tanh", pzx_activation="sigmoid"))
    network = case.network(data_type="double")
    x, _ = case.batch(network)
    found = network.activations(x)
    p = parameters(network)
    h = np.tanh(np.tanh(found["layer0"] @ p["e0W"] + p["e0b"]) @ p["e1W"] + p["e1b"])
    truth = 1 / (1 + np.exp(-(h @ p["pZXMeanW"] + p["pZXMeanb"])))
    assert np.allclose(found["layer1"], truth, rtol=1e-12)


def test_what_pretraining_needs_is_there_and_stays():
    case = Case(VariationalAutoencoder(**KEYS, bias_init=0.7))
    network = case.network()
    before = {name: value.copy() for name, value in parameters(network).items()}
    assert {name: value.shape for name, value in before.items()} == {
        "e0W": (4, 5), "e0b": (5,), "e1W": (5, 4), "e1b": (4,), "pZXMeanW": (4, 3), "pZXMeanb": (3,),
        "pZXLogStd2W": (4, 3), "pZXLogStd2b": (3,), "d0W": (3, 6), "d0b": (6,), "pXZW": (6, 8), "pXZb": (8,),
    }  # fmt: skip
    assert not before["e0b"].any()  # whatever `bias_init` says
    network.fit(*case.batch(network))
    moved = {name for name, value in parameters(network).items() if not np.array_equal(value, before[name])}
    assert moved == {"e0W", "e0b", "e1W", "e1b", "pZXMeanW", "pZXMeanb"}


def test_a_composite_of_another_width():
    parts = {
        "type": "composite",
        "distribution_sizes": [2, 3],
        "reconstruction_distributions": ["bernoulli", "gaussian"],
    }
    with pytest.raises(ShapeError) as found:
        Case(VariationalAutoencoder(n_out=3, output_distribution=parts)).network()
    assert found.value.render() == (
        "`composite` is for 5 columns, the data has 4\n"
        "   = 2 + 3 = 5\n"
        "   = hint: let the sizes add up to the width of the data"
    )


def test_json():
    check_json(
        VariationalAutoencoder(
            name="layer0", n_in=6, n_out=4, encoder_layer_sizes=(7, 6), decoder_layer_sizes=(6, 7), activation="tanh"
        ),
        "VariationalAutoencoder",
        '{"activationFn":{"@class":"org.nd4j.linalg.activations.impl.ActivationTanH"},"biasInit":0.0,'
        '"biasUpdater":null,"constraints":null,"decoderLayerSizes":[6,7],"encoderLayerSizes":[7,6],"gainInit":1.0,'
        '"gradientNormalization":"None","gradientNormalizationThreshold":1.0,"idropout":null,"iupdater":{"@class":'
        '"org.nd4j.linalg.learning.config.Sgd","learningRate":0.001},"layerName":"layer0","lossFunction":'
        '"RECONSTRUCTION_CROSSENTROPY","nin":6,"nout":4,"numSamples":1,"outputDistribution":{"@class":'
        '"org.deeplearning4j.nn.conf.layers.variational.GaussianReconstructionDistribution","activationFn":{"@class":'
        '"org.nd4j.linalg.activations.impl.ActivationTanH"}},"pzxActivationFn":{"@class":'
        '"org.nd4j.linalg.activations.impl.ActivationIdentity"},"regularization":[],"regularizationBias":[],'
        '"timeDistributedFormat":null,"visibleBiasInit":0.0,"weightInitFn":{"@class":'
        '"org.deeplearning4j.nn.weights.WeightInitXavier"},"weightNoise":null}',
    )
