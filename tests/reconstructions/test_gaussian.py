from contract import check_json, check_round_trip

from dl4py.reconstructions.gaussian import Gaussian


def test_contract():
    check_round_trip(Gaussian(activation="tanh"))
    assert Gaussian().width(5) == 10
    assert Gaussian().activation.type == "identity"
    check_json(
        Gaussian(),
        "GaussianReconstructionDistribution",
        '{"activationFn":{"@class":"org.nd4j.linalg.activations.impl.ActivationIdentity"}}',
    )
