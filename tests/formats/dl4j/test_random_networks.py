"""Random networks run by real DL4J 1.0.0-M2.1: what they answer, their score and gradient, four steps of training.

A figure may be further off than its limit where rounding alone moves it as far (`tests/conditions.py`), and only there.
"""

import numpy as np
import pytest

from dl4py.network import Network, NetworkConfig
from tests.conditions import ALLOWANCE, condition, difference, figures
from tests.random_networks import random_batch, random_spec

SEEDS = [
    10000,
    10003,
    10005,
    10006,
    10007,
    10008,
    10009,
    10012,
    10013,
    10015,
    10017,
    10018,
    10019,
    10021,
    10022,
    10023,
    10024,
    10025,
    10026,
    10031,
]
LIMITS = {"output": 1e-5, "score": 1e-5, "gradient": 1e-5, "scores": 1e-4, "params": 1e-4}


def theirs(oracle, network, example, folder, *, gradient):
    """The figures that DL4J has of a network in a zip."""
    network.save(folder / "model.zip")
    words = {}
    for name, arrays in example.arrays():
        for i, array in enumerate(arrays):
            path = folder / f"{name}{i}.npy"
            if array is not None:
                np.save(path, array)
            words.setdefault(name, [f"--{name}"]).append("-" if array is None else path)
    features, rest = words["x"] + words.get("xmask", []), words["y"] + words.get("ymask", [])
    oracle("predict", folder / "model.zip", *features, "--out", folder / "predicted")
    outputs = [np.load(folder / "predicted" / f"out{i}.npy").ravel() for i in range(len(network.graph.outputs))]
    found = {"output": np.concatenate(outputs)}
    if gradient:
        answer = oracle("score", folder / "model.zip", *features, *rest, "--out", folder / "scored")
        found["score"] = np.array([answer["score"]])
        found["gradient"] = np.load(folder / "scored" / "flat.npy").ravel()
    training = ["--batch", 4, "--epochs", 2, "--out", folder / "fitted"]
    answer = oracle("fit", folder / "model.zip", *features, *rest, *training)
    scores, params = np.array(answer["scores"], float), np.load(folder / "fitted" / "params.npy").ravel()
    return found | {"scores": scores, "params": params}


@pytest.mark.java
@pytest.mark.parametrize("seed", SEEDS)
def test_dl4j_agrees(oracle, seed, tmp_path):
    network = Network(NetworkConfig.model_validate(random_spec(seed)))
    example = random_batch(seed, network)
    gradient = network.config.backprop_type == "standard"  # DL4J has none of a whole sequence in segments
    expected = theirs(oracle, network, example, tmp_path, gradient=gradient)
    fresh = network.params.copy()
    found = figures(network, example, gradient=gradient)
    assert found.keys() == expected.keys()
    off = {name: difference(found[name], expected[name]) for name in found}
    if any(off[name] > LIMITS[name] for name in off):
        rounding = condition(Network(network.config, params=fresh), example, gradient=gradient)
        off = {name: error for name, error in off.items() if error > max(LIMITS[name], ALLOWANCE * rounding[name])}
        assert off == {}, rounding
