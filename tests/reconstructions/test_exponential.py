from contract import check_json, check_round_trip

from dl4py.reconstructions.exponential import Exponential


def test_contract():
    check_round_trip(Exponential(activation="tanh"))
    assert Exponential().width(5) == 5
    assert Exponential().activation.type == "identity"
    check_json(
        Exponential(),
        "ExponentialReconstructionDistribution",
        '{"activationFn":{"@class":"org.nd4j.linalg.activations.impl.ActivationIdentity"}}',
    )
