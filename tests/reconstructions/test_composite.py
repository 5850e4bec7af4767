import pytest
from contract import check_json, check_round_trip

from dl4py.errors import ShapeError
from dl4py.reconstructions.composite import Composite


def test_contract():
    check_round_trip(Composite(distribution_sizes=(2, 3), reconstruction_distributions=("bernoulli", "gaussian")))
    check_json(
        Composite(distribution_sizes=(2,), reconstruction_distributions=("bernoulli",)),
        "CompositeReconstructionDistribution",
        '{"distributionSizes":[2],"reconstructionDistributions":[{"@class":'
        '"org.deeplearning4j.nn.conf.layers.variational.BernoulliReconstructionDistribution","activationFn":{"@class":'
        '"org.nd4j.linalg.activations.impl.ActivationSigmoid"}}],"totalSize":2}',
    )


def test_width_is_the_sum():
    parts = Composite(distribution_sizes=(2, 3), reconstruction_distributions=("bernoulli", "gaussian"))
    assert parts.width(5) == 2 + 6


def test_a_size_for_each():
    with pytest.raises(ShapeError) as found:
        Composite(distribution_sizes=(2, 3), reconstruction_distributions=("bernoulli",)).width(5)
    assert found.value.render() == (
        "`composite` has 1 distributions for 2 sizes\n   = hint: give each distribution its size"
    )
