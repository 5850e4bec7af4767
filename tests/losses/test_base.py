import numpy as np
import pytest
from contract import check_scored, generator, run_scored

from dl4py.activations.base import ACTIVATIONS
from dl4py.errors import ShapeError
from dl4py.losses.base import LOSSES
from dl4py.network import Network, NetworkConfig

Z = generator(1).normal(size=(4, 3))
SHARES = generator(2).uniform(0.1, 0.9, (4, 3))
SIGNS = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, 1.0, -1.0], [-1.0, -1.0, -1.0]])
EXAMPLES = np.array([[1.0], [0.0], [0.5], [1.0]])
OUTPUTS = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.5]])
LABELS = dict.fromkeys(("mcxent", "negativeloglikelihood", "xent", "kld", "poisson", "msle", "mape"), SHARES)
LABELS |= dict.fromkeys(("hinge", "squared_hinge", "wasserstein"), SIGNS)
LABELS |= {"multi_label": (SIGNS + 1) / 2, "sparse_mcxent": np.array([[2.0], [0.0], [1.0], [1.0]])}
LABELS |= dict.fromkeys(("mse", "l2", "mae", "l1", "cosine_proximity"), 2 * Z[::-1] + 0.1)
WEIGHTED = ("mse", "l2", "mae", "l1", "mape", "msle", "mcxent", "negativeloglikelihood", "sparse_mcxent", "xent")
OF_SHARES = {"mcxent", "negativeloglikelihood", "sparse_mcxent", "xent", "kld", "poisson", "msle"}  # of y > 0 or < 1
FUSED = {"mcxent", "negativeloglikelihood"}
WHOLE = {"cosine_proximity", "multi_label", "sparse_mcxent", "fmeasure", "mixture_density"}


def test_every_loss_is_asked():
    assert set(LABELS) | {"fmeasure", "mixture_density"} == set(LOSSES.names())


@pytest.mark.parametrize(
    ("name", "activation"),
    [(n, a) for n in LABELS for a in ("sigmoid", "softmax", "elu") if a != "elu" or n not in OF_SHARES],
)
def test_gradient_is_that_of_the_score_behind_an_activation(name, activation):
    weights = {"weights": (0.5, 2.0, 1.5)} if name in WEIGHTED else {}
    for keys in ({}, weights):
        for mask in (None, EXAMPLES):
            check_scored(LOSSES.make(name, **keys), ACTIVATIONS.make(activation), Z, LABELS[name], mask)


@pytest.mark.parametrize(
    ("name", "activation"),
    [(n, "sigmoid") for n in LABELS if n not in WHOLE] + [(n, "softmax") for n in LABELS if n not in {*WHOLE, *FUSED}],
)
def test_gradient_under_a_mask_per_output(name, activation):
    loss = LOSSES.make(name)
    check_scored(loss, ACTIVATIONS.make(activation), Z, LABELS[name], OUTPUTS)
    missing = np.where(OUTPUTS == 0, np.nan, LABELS[name])
    known = run_scored(loss, ACTIVATIONS.make(activation), Z, LABELS[name], OUTPUTS)
    for a, b in zip(run_scored(loss, ACTIVATIONS.make(activation), Z, missing, OUTPUTS), known, strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("mode", ["exact", "dl4j"])
@pytest.mark.parametrize("name", ["cosine_proximity", "multi_label", "mcxent"])
def test_losses_of_whole_examples_refuse_a_mask_per_output(name, mode):
    with pytest.raises(ShapeError) as error:
        run_scored(LOSSES.make(name), ACTIVATIONS.make("softmax"), Z, LABELS[name], OUTPUTS, mode=mode)
    assert str(error.value) == (
        f"the loss `{name}` looks at all outputs of an example together, so its mask has one column, found 3"
    )
    assert error.value.hint == "mask whole examples, or use a loss that is a sum over outputs"


@pytest.mark.parametrize("mode", ["exact", "dl4j"])
def test_a_mask_of_another_width_than_the_outputs_is_refused(mode):
    loss = LOSSES.make("mixture_density", mixtures=1, label_width=2)
    with pytest.raises(ShapeError) as error:
        run_scored(loss, ACTIVATIONS.make("identity"), np.zeros((4, 4)), Z[:, :2], OUTPUTS[:, :2], mode=mode)
    assert str(error.value) == (
        "the loss `mixture_density` looks at all outputs of an example together, so its mask has one column, found 2"
    )


def test_weights_are_one_for_each_output():
    with pytest.raises(ShapeError) as error:
        run_scored(LOSSES.make("mse", weights=(1.0, 2.0)), ACTIVATIONS.make("tanh"), Z, SHARES)
    assert str(error.value) == "the loss `mse` has 2 weights for 3 outputs"
    assert error.value.hint == "give one weight for each output"


def test_masked_examples_stay_in_the_divisor():
    layers = [{"type": "output", "n_out": 3, "loss": "mse", "activation": "tanh"}]
    network = Network(NetworkConfig.model_validate({"seed": 1, "input": 3, "data_type": "double", "layers": layers}))
    all_but_one = np.array([1.0, 1.0, 1.0, 0.0])
    first = network.score(Z[:3], SHARES[:3])
    assert network.score(Z, SHARES, label_mask=all_but_one) == pytest.approx(first * 3 / 4, rel=1e-12)
