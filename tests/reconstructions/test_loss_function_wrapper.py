from contract import check_json, check_round_trip

from dl4py.reconstructions.loss_function_wrapper import LossFunctionWrapper


def test_contract():
    wrapper = LossFunctionWrapper(activation="tanh", loss_function="mse")
    check_round_trip(wrapper)
    assert wrapper.width(5) == 5
    check_json(
        wrapper,
        "LossFunctionWrapper",
        '{"activationFn":{"@class":"org.nd4j.linalg.activations.impl.ActivationTanH"},'
        '"lossFunction":{"@class":"org.nd4j.linalg.lossfunctions.impl.LossMSE"}}',
    )
