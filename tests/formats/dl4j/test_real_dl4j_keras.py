"""Keras models become zips that real DL4J trains on in step with Keras (Java 11 or later and Maven)."""

from pathlib import Path

import numpy as np
import pytest

import dl4py

pytestmark = pytest.mark.java

TRAINED = Path(__file__).parents[1] / "keras" / "trained"


@pytest.mark.parametrize(
    "name",
    [
        "iris_adam_k3.keras",
        "iris_sgd_nesterov_k2.h5",
        "adagrad.keras",
        "adadelta.keras",
        "adamw.keras",
        "ams_grad.keras",
        "labels.keras",
        "legacy_rmsprop.h5",
        "sgd_clipnorm.keras",
        "sgd_piecewise.keras",
    ],
)
def test_dl4j_goes_on_where_keras_stopped(name, oracle, tmp_path):
    network = dl4py.load(TRAINED / name)
    network.save(tmp_path / "m.zip")
    then = np.load(TRAINED / f"{name.rsplit('.', 1)[0]}.continue.npz")
    size = int(then["batch_size"])
    rows = size * len(then["loss"])
    np.save(tmp_path / "x.npy", then["x"][:rows])
    np.save(tmp_path / "y.npy", then["y"][:rows].reshape(rows, -1).astype("f"))
    oracle(
        "fit",
        tmp_path / "m.zip",
        "--x",
        tmp_path / "x.npy",
        "--y",
        tmp_path / "y.npy",
        "--batch",
        size,
        "--out",
        tmp_path,
    )
    network.params[:] = np.load(tmp_path / "params.npy").reshape(-1)
    for i, slot in enumerate(network.parameters.slots):
        theirs = then[f"w{i}"]
        assert np.abs(network.parameter(slot) - theirs).max() < 2e-6 * np.abs(theirs).max()
