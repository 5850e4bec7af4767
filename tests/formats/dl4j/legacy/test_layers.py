"""Old layer objects as those of today."""

import oldzip
import pytest

from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.dl4j.json import from_json
from dl4py.formats.dl4j.legacy.era import Era, LegacyWarning
from dl4py.formats.dl4j.legacy.layers import layer

OLD = Era("0.x", "beta2", True)
LAYERS = "org.deeplearning4j.nn.conf.layers."


def read(name, around=None, era=OLD, **keys):
    return from_json(layer({name: oldzip.body(**keys)}, around or {}, era, "a"), "a")


def test_a_dense_layer_with_everything():
    dense = read(
        "dense", nin=3, nout=4, l1=0.1, l2=0.2, l1Bias=0.3, l2Bias=0.4, dropOut=0.6, biasInit=0.5, weightInit="RELU",
        gradientNormalization="ClipL2PerLayer", gradientNormalizationThreshold=2.0, activationFn={"ELU": {"alpha": 2.0}},
    )  # fmt: skip
    assert (dense.n_in, dense.n_out, dense.bias_init, dense.has_bias) == (3, 4, 0.5, True)
    assert (dense.activation.type, dense.activation.alpha, dense.weight_init.type) == ("elu", 2.0, "relu")
    assert (dense.gradient_normalization, dense.gradient_normalization_threshold) == ("clip_l2_per_layer", 2.0)
    assert dense.dropout.p == 0.6
    weights, biases = dense.regularization, dense.regularization_bias
    assert [(p.type, getattr(p, "l1", None) or p.coeff) for p in weights] == [("l1", 0.1), ("weight_decay", 0.2)]
    assert [(p.type, getattr(p, "l1", None) or p.coeff) for p in biases] == [("l1", 0.3), ("weight_decay", 0.4)]
    assert not weights[1].apply_lr


def test_names_of_bias_penalties_before_0_8():
    dense = read("dense", nin=3, nout=4, l1Bias=None, l2Bias=None, biasL1=0.3, biasL2=0.4)
    assert [getattr(p, "l1", None) or p.coeff for p in dense.regularization_bias] == [0.3, 0.4]


def test_penalties_by_parameter_come_first_and_may_be_off():
    by_parameter = {"l2ByParam": {"W": 0.0, "b": 0.5}}
    dense = read("dense", by_parameter, nin=3, nout=4, l2=0.2)
    assert dense.regularization == ()
    assert [p.coeff for p in dense.regularization_bias] == [0.5]
    assert read("dense", {"useRegularization": False}, nin=3, nout=4, l1=0.1).regularization == ()


def test_drop_connect_and_no_dropout():
    dense = read("dense", {"useDropConnect": True}, nin=3, nout=4, dropOut=0.7)
    assert (dense.dropout, dense.weight_noise.type, dense.weight_noise.weight_retain_prob) == (
        None,
        "drop_connect",
        0.7,
    )
    assert read("dense", nin=3, nout=4, dropOut=0.0).dropout is None


def test_keys_that_did_not_exist_mean_what_held_then():
    assert read("embedding", nin=3, nout=4).has_bias is True
    convolution = read("convolution", nin=1, nout=2, kernelSize=[2, 2], stride=[1, 1], padding=[0, 0])
    assert convolution.convolution_mode == "truncate"
    pool = read("subsampling", kernelSize=[2, 2], stride=[1, 1], padding=[0, 0], poolingType="AVG")
    assert pool.avg_pool_include_pad_in_divisor is True
    lstm = read("gravesLSTM", nin=3, nout=4, forgetGateBiasInit=1.0)
    assert lstm.gate_activation.type == "sigmoid"


def test_single_numbers_become_lists():
    assert read("Upsampling2D", size=3).size == (3, 3)
    assert read("zeroPadding", padding=[1, 2]).padding == (1, 1, 2, 2)


def test_layers_inside_layers():
    inner = {"dense": oldzip.body(nin=3, nout=4, activationFn={"ReLU": {}})}
    frozen = from_json(layer({"FrozenLayer": {"layer": inner}}, {}, OLD, "a"), "a")
    assert (frozen.type, frozen.layer.type, frozen.layer.activation.type) == ("frozen", "dense", "relu")


@pytest.mark.parametrize(("unit", "activation"), [("BINARY", "sigmoid"), ("RECTIFIED", "relu"), (None, "sigmoid")])
def test_a_boltzmann_machine_answers_as_an_auto_encoder(unit, activation):
    with pytest.warns(LegacyWarning) as caught:
        machine = read(
            "RBM", nin=3, nout=4, hiddenUnit=unit, visibleUnit="BINARY", k=1, sparsity=0.0, lossFunction="XENT"
        )
    assert (machine.type, machine.activation.type, machine.loss_function) == ("auto_encoder", activation, "xent")
    assert [(p.name, p.size) for p in machine.params()] == [("W", 12), ("b", 4), ("vb", 3)]
    assert str(caught[0].message) == (
        "a: the RBM is read as an auto-encoder: it predicts and trains with labels; pretraining differs"
    )


def test_a_boltzmann_machine_that_answers_at_random_is_refused():
    with pytest.raises(UnsupportedFeature) as error:
        read("RBM", nin=3, nout=4, hiddenUnit="GAUSSIAN")
    assert error.value.render() == (
        "a: an RBM with GAUSSIAN hidden units answers at random and is not read\n"
        "   = hint: hidden units that are read: BINARY, RECTIFIED, SOFTMAX, IDENTITY"
    )


def test_layers_of_alpha_keep_their_updater_objects():
    sgd = {"@class": "org.nd4j.linalg.learning.config.Adam", "learningRate": 0.2}
    noise = {"@class": "org.deeplearning4j.nn.conf.dropout.Dropout", "p": 0.4}
    dense = read("dense", era=Era("alpha", "beta2"), nin=3, nout=4, iupdater=sgd, idropout=noise, l2=0.1, hasBias=False)
    assert (dense.updater.type, dense.updater.learning_rate, dense.dropout.p) == ("adam", 0.2, 0.4)
    assert (dense.has_bias, [p.type for p in dense.regularization]) == (False, ["weight_decay"])


def test_layers_of_beta_have_their_class():
    value = {
        "@class": f"{LAYERS}DenseLayer", "activationFn": {"@class": "org.nd4j.linalg.activations.impl.ActivationReLU"},
        "dist": {"@class": "org.deeplearning4j.nn.conf.distribution.UniformDistribution", "lower": -1.0, "upper": 1.0},
        "iupdater": {"@class": "org.nd4j.linalg.learning.config.Sgd", "learningRate": 0.2}, "l1": 0.1, "l2": 0.0,
        "nin": 3, "nout": 4, "weightInit": "DISTRIBUTION",
    }  # fmt: skip
    dense = from_json(layer(value, {}, Era("beta2", "beta2"), "a"), "a")
    assert (dense.weight_init.distribution.type, dense.updater.learning_rate) == ("uniform", 0.2)
    assert [(p.type, p.l1) for p in dense.regularization] == [("l1", 0.1)]


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ({"gru": {}}, UnsupportedFeature, "a: the GRU layer was taken out of DL4J after 0.5, and is not read"),
        ({"MyLayer": {}}, UnsupportedFeature, "a: the layer `MyLayer` of an old DL4J is not known here"),
        ({"dense": {}, "output": {}}, ModelFileError, "a: expected a layer, found {'dense': {}, 'output': {}}"),
        ({"dense": 5}, ModelFileError, "a.dense: expected an object, found 5"),
        (7, ModelFileError, "a: expected a layer, found 7"),
    ],
)
def test_what_is_no_known_layer_is_named(value, kind, message):
    with pytest.raises(kind) as error:
        layer(value, {}, OLD, "a")
    assert str(error.value) == message
