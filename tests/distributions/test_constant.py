from contract import generator

from dl4py.distributions.constant import Constant


def test_everywhere():
    assert (Constant(value=2.5).sample(generator(), (3, 4)) == 2.5).all()
