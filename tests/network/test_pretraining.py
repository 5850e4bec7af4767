"""Layers that learn alone: scores by their formulas in NumPy, gradients by central differences."""

import numpy as np
import pytest
from contract import assert_close, generator

from dl4py.data import Dataset
from dl4py.errors import InvalidValue, UnsupportedFeature
from dl4py.network import Network, NetworkConfig
from dl4py.network.pretraining import Pretraining
from dl4py.training.config import TrainingConfig
from dl4py.training.fitting import fit

X = generator(1).uniform(0.05, 0.95, (6, 5))
PLAIN = {"type": "auto_encoder", "n_out": 3, "activation": "sigmoid", "corruption_level": 0.0}
VARIATIONAL = {
    "type": "variational_autoencoder", "n_out": 2, "encoder_layer_sizes": [4, 3], "decoder_layer_sizes": [4], "activation": "tanh",
}  # fmt: skip
DISTRIBUTIONS = {
    "bernoulli": "bernoulli",
    "gaussian": {"type": "gaussian", "activation": "tanh"},
    "exponential": "exponential",
    "loss": {"type": "loss_function_wrapper", "loss_function": "mse", "activation": "tanh"},
    "composite": {
        "type": "composite",
        "distribution_sizes": [2, 3],
        "reconstruction_distributions": ["bernoulli", "gaussian"],
    },
}


def network(*layers, **keys):
    spec = {"input": 5, "seed": 3, "data_type": "double", "layers": [*layers, {"type": "output", "n_out": 2}]}
    return Network(NetworkConfig.model_validate({**spec, **keys}))


def learner(layer, **keys):
    net = network(layer, **keys)
    net.params[:] = 0.4 * generator(2).normal(size=net.params.size)
    return net, Pretraining(net, "layer0")


def parameters(net):
    return {slot.param.name: net.parameter(slot) for slot in net.parameters.slots if slot.node.name == "layer0"}


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


LAYERS = {
    "auto-encoder": {**PLAIN, "corruption_level": 0.3},
    "auto-encoder-mse": {**PLAIN, "activation": "tanh", "loss_function": "mse"},
    **{
        f"{name}-{draws}": {**VARIATIONAL, "output_distribution": distribution, "num_samples": draws}
        for name, distribution in DISTRIBUTIONS.items()
        for draws in (1, 3)
    },
}


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_the_gradient_is_the_slope_of_the_score(layer):
    net, learns = learner(layer)
    learns.run("gradient", [X])
    gradient = learns.gradient.copy()
    assert not gradient[learns.parameters.slots[-1].stop :].any()
    for slot in learns.parameters.slots:
        way = np.zeros(net.params.size)
        way[slot.offset : slot.stop] = generator(slot.offset).normal(size=slot.param.size)
        kept, scores = net.params.copy(), []
        for sign in (1e-6, -1e-6):
            net.params[:] = kept + sign * way
            scores.append(learns.run("score", [X]))
        net.params[:] = kept
        assert_close(np.array([gradient @ way]), np.array([(scores[0] - scores[1]) / 2e-6 * len(X)]), 1e-5, 1e-7)


def test_the_score_of_an_auto_encoder():
    net, learns = learner(PLAIN, defaults={"l2": 0.1})
    p = parameters(net)
    again = sigmoid(sigmoid(X @ p["W"] + p["b"]) @ p["W"].T + p["vb"])
    truth = -(X * np.log(again) + (1 - X) * np.log(1 - again)).sum() / 6 + 0.05 * (p["W"] ** 2).sum()
    assert learns.run("score", [X]) == pytest.approx(truth, rel=1e-9)


NEGATIVE_LOG = {
    "bernoulli": lambda z, x: -(x * np.log(sigmoid(z)) + (1 - x) * np.log(1 - sigmoid(z))),
    "gaussian": lambda z, x: 0.5 * (np.log(2 * np.pi) + np.tanh(z[:, 5:]) + (x - np.tanh(z[:, :5])) ** 2 / np.exp(np.tanh(z[:, 5:]))),
    "exponential": lambda z, x: np.exp(z) * x - z,
    "loss": lambda z, x: (np.tanh(z) - x) ** 2 / 5,
}  # fmt: skip


@pytest.mark.parametrize("draws", [1, 3])
@pytest.mark.parametrize("name", NEGATIVE_LOG)
def test_the_score_of_a_variational_auto_encoder(name, draws):
    """With a deviation of nearly 0 all draws are the mean, and nothing is left to chance."""
    net, learns = learner(LAYERS[f"{name}-{draws}"])
    p = parameters(net)
    p["pZXLogStd2W"][:], p["pZXLogStd2b"][:] = 0.0, -60.0
    h = np.tanh(np.tanh(X @ p["e0W"] + p["e0b"]) @ p["e1W"] + p["e1b"])
    mean = h @ p["pZXMeanW"] + p["pZXMeanb"]
    z = np.tanh(mean @ p["d0W"] + p["d0b"]) @ p["pXZW"] + p["pXZb"]
    divergence = 0.5 * (mean**2 + np.exp(-60.0) - 1 + 60.0).sum()
    truth = (divergence + NEGATIVE_LOG[name](z, X).sum()) / 6
    assert learns.run("score", [X]) == pytest.approx(truth, rel=1e-9)


def test_draws_have_mean_and_deviation():
    """With a decoder that shows z itself, the mean score over many draws is that of the two moments."""
    net, learns = learner({**LAYERS["gaussian-1"], "num_samples": 4000, "output_distribution": "gaussian"})
    p = parameters(net)
    for name in ("e0W", "e1W", "pZXMeanW", "pZXLogStd2W", "d0W", "pXZW", "pXZb", "d0b"):
        p[name][:] = 0.0
    p["pZXMeanb"][:], p["pZXLogStd2b"][:] = (0.4, -0.3), np.log(0.01)
    p["d0W"][0, 0], p["pXZW"][0, 0] = 1.0, 1.0  # the first mean of x is tanh(z_0), almost z_0 of N(0.4, 0.01)
    z = 0.4 + 0.1 * np.linspace(-6, 6, 4001)
    density = np.exp(-((z - 0.4) ** 2) / 0.02)
    expected = [((x - np.tanh(z)) ** 2 * density).sum() / density.sum() for x in X[:, 0]]
    others = 0.5 * (X[:, 1:] ** 2).sum() + 15 * np.log(2 * np.pi)
    divergence = 0.5 * sum(m * m + 0.01 - 1 - np.log(0.01) for m in (0.4, -0.3)) * 6
    truth = (others + 0.5 * sum(expected) + divergence) / 6
    assert learns.run("score", [X]) == pytest.approx(truth, rel=1e-3)


def test_each_layer_learns_from_what_the_one_below_gives():
    net = network(PLAIN, {**VARIATIONAL, "output_distribution": "gaussian"}, defaults={"updater": "adam"})
    state, before = net.updater_state.copy(), net.params.copy()
    first = [net.pretrain_layer(0, X) for _ in range(60)]
    assert first[-1] < first[0] - 0.1
    below = {slot.node.name: slot for slot in net.parameters.slots}["layer0"].stop
    assert np.array_equal(net.params[below:], before[below:])
    kept = net.params[:below].copy()
    second = [net.pretrain_layer("layer1", X) for _ in range(60)]
    assert np.mean(second[-10:]) < np.mean(second[:10])
    assert np.array_equal(net.params[:below], kept)
    assert np.array_equal(net.updater_state, state)
    assert net.iteration == 0


def test_training_begins_with_it():
    data = Dataset.from_arrays(X, np.eye(2)[[0, 1, 0, 1, 1, 0]])
    plain, learned, by_hand = network(PLAIN), network(PLAIN), network(PLAIN)
    fit(plain, data, TrainingConfig(epochs=1, batch_size=6))
    fit(learned, data, TrainingConfig(epochs=1, batch_size=6, pretrain_epochs=3))
    for _ in range(3):
        by_hand.pretrain_layer(0, X)
    fit(by_hand, data, TrainingConfig(epochs=1, batch_size=6))
    assert not np.allclose(plain.params, learned.params)
    assert np.allclose(learned.params, by_hand.params, 1e-9)
    assert (learned.iteration, learned.epoch) == (1, 1)


def test_what_cannot_be_pretrained_says_so():
    with pytest.raises(InvalidValue) as error:
        network(PLAIN).pretrain_layer("layer1", X)
    assert error.value.render() == "`layer1` is no layer that can be pretrained\n   = hint: these can: layer0"
    with pytest.raises(UnsupportedFeature) as error:
        network(PLAIN, compatibility="dl4j").pretrain_layer(0, X)
    assert str(error.value) == (
        "layer `layer0` cannot be pretrained as DL4J does: its steps lead away from the reconstruction"
    )
    with pytest.raises(UnsupportedFeature) as error:
        network({**PLAIN, "sparsity": 0.1}).pretrain_layer(0, X)
    assert str(error.value) == (
        "layer `layer0` cannot be pretrained with `sparsity`: what DL4J does with it is no gradient"
    )
