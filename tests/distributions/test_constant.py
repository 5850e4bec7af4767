from contract import check_json, check_round_trip, generator

from dl4py.distributions.constant import Constant


def test_everywhere():
    check_round_trip(Constant(value=2.5))
    sample = Constant(value=2.5).sample(generator(), (3, 4))
    assert sample.shape == (3, 4)
    assert (sample == 2.5).all()


def test_json():
    check_json(Constant(value=2.0), "ConstantDistribution", '{"value":2.0}')
