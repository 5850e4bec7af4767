from contract import check_activation, check_json

from dl4py.activations.identity import Identity


def test_contract():
    check_activation(Identity(), lambda z: z)


def test_json():
    check_json(Identity(), "ActivationIdentity", "{}")
