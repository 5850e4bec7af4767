"""Figures that a correct implementation reaches; the settings are those of the reference runs named in the docs."""

from pathlib import Path

import numpy as np
import pytest

import dl4py
from dl4py.data import Dataset
from dl4py.data.normalizers.standardize import Standardize
from dl4py.data.readers.csv import Csv
from dl4py.data.readers.idx import Idx
from dl4py.network import Network, NetworkConfig
from dl4py.training import TrainingConfig, fit

FILES = Path(__file__).parents[1] / "data" / "files"


def network(sizes, activation, updater, seed, *, regression=False, **keys):
    *hidden, out = sizes[1:]
    end = {"type": "output", "n_out": out} | ({"activation": "identity", "loss": "mse"} if regression else {})
    layers = [{"type": "dense", "n_out": n} for n in hidden] + [end]
    defaults = {"activation": activation, "updater": updater, "weight_init": "xavier_uniform", **keys}
    return Network(
        NetworkConfig.model_validate({"input": sizes[0], "seed": seed, "defaults": defaults, "layers": layers})
    )


def split(data, seed, count, **normalizer):
    order = np.random.RandomState(seed).permutation(len(data))
    train, test = data.rows(order[:count]), data.rows(order[count:])
    return train, test, Standardize(**normalizer).fit(train)


def trained(net, train, fitted, epochs, batch):
    net.normalizer = fitted
    fit(net, train, TrainingConfig(epochs=epochs, batch_size=batch))
    return net


def test_iris_full_batches():
    data = Csv(path=str(FILES / "iris.csv"), labels=-1).load()
    accuracies = []
    for seed in range(10):
        train, test, fitted = split(data, seed, 98)
        net = network([4, 3, 3, 3], "tanh", {"type": "sgd", "learning_rate": 0.1}, seed, l2=1e-4)
        accuracies.append(dl4py.evaluate(trained(net, train, fitted, 1000, 98), test).accuracy)
    assert np.mean(accuracies) > 0.94
    assert min(accuracies) > 0.904 - 0.06


def test_iris_small_batches():
    data = Csv(path=str(FILES / "iris.csv"), labels=-1).load()
    accuracies = []
    for seed in range(10):
        train, test, fitted = split(data, seed, 98)
        net = network([4, 16, 16, 3], "relu", {"type": "adam", "learning_rate": 0.01}, seed)
        accuracies.append(dl4py.evaluate(trained(net, train, fitted, 60, 16), test).accuracy)
    assert np.mean(accuracies) > 0.93


def test_auto_mpg():
    columns = ("cylinders", "displacement", "horsepower", "weight", "acceleration", "model_year")
    data = Csv(
        path=str(FILES / "mpg.csv"), header=True, labels="mpg", features=columns, regression=True, missing="drop"
    ).load()
    errors, explained = [], []
    for seed in range(5):
        train, test, fitted = split(data, seed, 314)
        net = network([6, 32, 16, 1], "relu", {"type": "adam", "learning_rate": 0.005}, seed, regression=True)
        figures = dl4py.evaluate(trained(net, train, fitted, 60, 32), test)
        errors.append(figures.mae[0])
        explained.append(figures.r_squared[0])
    assert np.mean(errors) < 2.15
    assert np.mean(explained) > 0.85


@pytest.mark.slow
def test_mnist_10k():
    data = Idx(path=str(FILES)).load()
    pixels = Dataset((data.features[0] / 255,), data.labels)
    train, test = pixels.rows(slice(0, 8000)), pixels.rows(slice(8000, 10000))
    accuracies = []
    for seed in range(3):
        net = network([784, 500, 10], "relu", {"type": "adam", "learning_rate": 1e-3}, seed)
        accuracies.append(dl4py.evaluate(trained(net, train, None, 5, 64), test).accuracy)
    assert np.mean(accuracies) > 0.9565 - 0.005
    assert min(accuracies) > 0.9565 - 0.02


def test_fit_takes_arrays_and_counts_epochs():
    net = network([4, 3], "tanh", "adam", 0)
    g = np.random.default_rng(0)
    x, y = g.normal(size=(20, 4)).astype("f"), np.eye(3, dtype="f")[g.integers(0, 3, 20)]
    fit(net, (x, y), TrainingConfig(epochs=2, batch_size=8))
    fit(net, (x, y), TrainingConfig(epochs=1, batch_size=8))
    assert (net.epoch, net.iteration) == (3, 9)


def test_a_smaller_last_batch_is_left_out_on_request():
    x, y = np.random.default_rng(1).random((10, 4)), np.eye(3)[np.arange(10) % 3]
    for drop, steps in ((False, 3), (True, 2)):
        net = network([4, 5, 3], "tanh", "sgd", 1)
        fit(net, (x, y), TrainingConfig(batch_size=4, drop_last=drop))
        assert net.iteration == steps
