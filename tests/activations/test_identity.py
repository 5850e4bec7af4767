from contract import check_activation

from dl4py.activations.identity import Identity


def test_contract():
    check_activation(Identity(), lambda z: z)
