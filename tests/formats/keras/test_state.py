"""Three to five steps after the file was saved: losses and weights are those of Keras, see trained/README.md."""

from pathlib import Path

import h5py
import numpy as np
import pytest

import dl4py
from dl4py.errors import ModelFileError
from dl4py.formats.importers.base import TrainsOtherwise

TRAINED = Path(__file__).parent / "trained"
EXACT = [
    *(f"{name}_{form}" for name in ("iris_adam", "iris_sgd_nesterov") for form in ("k2.h5", "k3.h5", "k3.keras")),
    *(f"sgd_{name}.keras" for name in ("clipnorm", "clipvalue", "exponential", "staircase", "inverse", "piecewise")),
    *(f"{name}.keras" for name in ("ams_grad", "adamw", "adagrad", "adadelta", "labels", "constraints")),
    *(f"legacy_{name}.h5" for name in ("adam", "rmsprop", "adagrad", "adadelta", "sgd_nesterov")),
    "k2_sgd.h5",
]
NEAR = {  # what Keras adds elsewhere is small, and warned of: see test_optimizers
    **{f"mpg_rmsprop_{form}": 2e-5 for form in ("k2.h5", "k3.h5", "k3.keras")},
    "adadelta_rate.keras": 5e-6,
    "adamax.keras": 2e-6,
    "k2_ams_grad.h5": 2e-6,
}


@pytest.mark.parametrize("name", EXACT)
def test_training_goes_on_in_step_with_keras(name):
    network = dl4py.load(TRAINED / name)
    assert continued(network, name) < 2e-6


@pytest.mark.parametrize("name", NEAR)
def test_training_goes_on_near_keras_and_says_so(name):
    with pytest.warns(TrainsOtherwise):
        network = dl4py.load(TRAINED / name)
    assert continued(network, name) < NEAR[name]


def continued(network, name):
    """Fits the next batches; the largest relative error of the weights. Losses are compared on the way."""
    then = np.load(TRAINED / f"{name.rsplit('.', 1)[0]}.continue.npz")
    size = int(then["batch_size"])
    y = then["y"].reshape(len(then["y"]), -1).astype("f")
    batches = [slice(i, i + size) for i in range(0, size * len(then["loss"]), size)]
    losses = [network.fit(then["x"][b], y[b]) for b in batches]
    if name != "adamw.keras":  # DL4J's score holds the penalty of weight decay, Keras' loss does not
        assert np.allclose(losses, then["loss"], rtol=1e-5, atol=1e-6)
    weights = [then[f"w{i}"] for i in range(len(network.parameters.slots))]
    ours = [network.parameter(slot) for slot in network.parameters.slots]
    return max(np.abs(a - b).max() / np.abs(b).max() for a, b in zip(ours, weights, strict=True))


@pytest.mark.parametrize("name", ["iris_adam_k3.keras", "legacy_adam.h5", "adagrad.keras"])
def test_the_zip_keeps_state_and_iteration(name, tmp_path):
    dl4py.load(TRAINED / name).save(tmp_path / "m.zip")
    again = dl4py.load(tmp_path / "m.zip")
    assert again.iteration == (280 if "iris" in name else 20)
    assert continued(again, name) < 2e-6


def test_a_file_without_state_begins_with_the_first_values_of_keras(tmp_path):
    path = tmp_path / "fresh.h5"
    path.write_bytes((TRAINED / "legacy_adagrad.h5").read_bytes())
    with h5py.File(path, "a") as file:
        del file["optimizer_weights"]
    network = dl4py.load(path)
    assert network.iteration == 0
    assert np.all(network.updater_state == np.float32(0.1))


def test_a_state_of_another_model_is_refused(tmp_path):
    path = tmp_path / "short.h5"
    path.write_bytes((TRAINED / "iris_adam_k3.h5").read_bytes())
    with h5py.File(path, "a") as file:
        group = file["optimizer_weights"]
        group.attrs["weight_names"] = list(group.attrs["weight_names"])[:-1]
    with pytest.raises(ModelFileError) as error:
        dl4py.load(path)
    assert error.value.render() == (
        f"{path}: the optimizer holds 11 running arrays, expected 12\n"
        "   = hint: was the model changed after it was compiled? compile it again and save it"
    )


def test_a_running_array_of_another_shape_is_refused(tmp_path):
    path = tmp_path / "swapped.h5"
    path.write_bytes((TRAINED / "iris_sgd_nesterov_k3.h5").read_bytes())
    with h5py.File(path, "a") as file:
        group = file["optimizer_weights"]
        names = list(group.attrs["weight_names"])
        group.attrs["weight_names"] = [*names[:2], names[3], names[2], *names[4:]]
    with pytest.raises(ModelFileError) as error:
        dl4py.load(path)
    assert str(error.value) == f"{path}: a running array of `dense/kernel` has shape (10,), expected (4, 10)"
