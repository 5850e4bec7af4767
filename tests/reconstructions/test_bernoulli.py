from contract import check_json, check_round_trip

from dl4py.reconstructions.bernoulli import Bernoulli


def test_contract():
    check_round_trip(Bernoulli(activation="tanh"))
    assert Bernoulli().width(5) == 5
    assert Bernoulli().activation.type == "sigmoid"
    check_json(
        Bernoulli(),
        "BernoulliReconstructionDistribution",
        '{"activationFn":{"@class":"org.nd4j.linalg.activations.impl.ActivationSigmoid"}}',
    )
