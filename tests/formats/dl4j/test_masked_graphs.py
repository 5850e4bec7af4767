"""Masks on their way through graphs: gradients by central differences, numbers by real DL4J 1.0.0-M2.1."""

import numpy as np
import pytest
from contract import STEP, assert_close

from dl4py.network import Network, NetworkConfig

SEQUENCES = {"type": "recurrent", "size": 3, "time": 5}
RNN = {"name": "r", "type": "simple_rnn", "n_out": 4}
POOL = {"name": "g", "type": "global_pooling", "pooling_type": "avg"}
LENGTHS = {"a": [5, 3, 1, 4], "b": [2, 4, 2, 5]}


def graph(inputs, *vertices, masked=("a",)):
    network = {"inputs": inputs, "seed": 4, "vertices": [*vertices, {"name": "out", "type": "output", "n_out": 3}]}
    return {**network, "defaults": {"activation": "tanh", "updater": {"type": "sgd", "learning_rate": 0.1}}}, masked


TWO = {"a": SEQUENCES, "b": SEQUENCES}
GRAPHS = {
    "merge": graph(
        TWO, {"name": "m", "type": "merge", "inputs": ["a", "b"]}, RNN,
        {"name": "z", "type": "last_time_step_vertex", "mask_array_input_name": "b"}, masked=("a", "b"),
    ),
    "merge-one-masked": graph(TWO, {"name": "m", "type": "merge", "inputs": ["a", "b"]}, RNN, POOL),
    "element-wise": graph(
        TWO, {"name": "m", "type": "element_wise", "op": "product", "inputs": ["a", "b"]}, RNN, POOL, masked=("a", "b")
    ),
    "reverse": graph(
        {"a": SEQUENCES}, {"name": "v", "type": "reverse_time_series", "mask_array_input_name": "a"}, RNN, POOL
    ),
    "duplicate": graph(
        {"a": SEQUENCES, "b": 4}, {"name": "d", "type": "duplicate_to_time_series", "input_name": "a", "inputs": "b"},
        RNN, POOL,
    ),
    "stack": graph(
        TWO, {"name": "s", "type": "stack", "inputs": ["a", "b"]}, RNN,
        {"name": "u", "type": "unstack", "from": 1, "stack_size": 2}, POOL, masked=("a", "b"),
    ),
    "subset-scale-normalize": graph(
        {"a": SEQUENCES}, {"name": "s", "type": "subset", "from": 1, "to": 2, "inputs": "a"},
        {"name": "c", "type": "scale", "scale_factor": 2.0}, {"name": "l", "type": "l2_normalize"}, RNN, POOL,
    ),
    "rows-between": graph({"a": SEQUENCES}, {"name": "d", "type": "dense", "n_out": 4}, RNN, POOL),
    "rows-joined-between": graph(
        {"a": SEQUENCES}, {"name": "d", "type": "dense", "n_out": 4, "inputs": "a"},
        {"name": "e", "type": "dense", "n_out": 4, "inputs": "a"},
        {"name": "m", "type": "element_wise", "op": "add", "inputs": ["d", "e"]}, RNN, POOL,
    ),
    "images-between": graph(
        {"a": {**SEQUENCES, "size": 12}},
        {
            "name": "c", "type": "convolution", "n_out": 3, "kernel_size": 2, "inputs": "a",
            "preprocessor": {"type": "rnn_to_cnn", "input_height": 3, "input_width": 2, "num_channels": 2},
        },
        RNN, POOL,
    ),
}  # fmt: skip


def made(name, **more):
    spec, masked = GRAPHS[name]
    network = Network(NetworkConfig.model_validate({**spec, **more}))
    g = np.random.default_rng(1)
    x = [g.normal(size=(4, *shape.array)).astype("f") for shape in network.graph.shapes]
    y = np.eye(3, dtype="f")[g.integers(0, 3, 4)]
    masks = [np.float32(np.arange(5) < np.array(LENGTHS[n])[:, None]) if n in masked else None for n in spec["inputs"]]
    return network, x, y, masks


@pytest.mark.parametrize("name", GRAPHS)
def test_the_gradient_is_that_of_the_score(name):
    network, x, y, masks = made(name, data_type="double")
    if name != "merge-one-masked":  # there every step is there in one input
        assert np.abs(network.output(x, mask=masks) - network.output(x)).max() > 1e-3
    gradient = network.gradient(x, y, mask=masks)
    for i in range(len(gradient)):
        kept = network.params[i]
        scores = []
        for step in (STEP, -STEP):
            network.params[i] = kept + step
            scores.append(network.score(x, y, mask=masks))
        network.params[i] = kept
        assert_close(gradient[i : i + 1], np.array([(scores[0] - scores[1]) / (2 * STEP) * len(y)]), floor=1e-7)


@pytest.mark.java
@pytest.mark.parametrize("name", GRAPHS)
def test_dl4j_masks_the_same(name, oracle, tmp_path):
    network, x, y, masks = made(name, compatibility="dl4j")
    network.save(tmp_path / "m.zip")
    words = {"--x": [], "--xmask": []}
    for i, (array, mask) in enumerate(zip(x, masks, strict=True)):
        for word, value in zip(words, (array, mask), strict=True):
            path = tmp_path / f"{word[2:]}{i}.npy"
            words[word].append("-" if value is None else path)
            if value is not None:
                np.save(path, value)
    np.save(tmp_path / "y0.npy", y)
    given = ["--x", *words["--x"], "--xmask", *words["--xmask"]]
    oracle("predict", tmp_path / "m.zip", *given, "--out", tmp_path)
    assert np.abs(np.load(tmp_path / "out0.npy") - network.output(x, mask=masks)).max() < 1e-6
    answer = oracle("score", tmp_path / "m.zip", *given, "--y", tmp_path / "y0.npy", "--out", tmp_path)
    assert network.score(x, y, mask=masks) == pytest.approx(answer["score"], rel=1e-5)
    theirs, ours = np.load(tmp_path / "flat.npy").ravel(), network.gradient(x, y, mask=masks)
    assert np.abs(ours - theirs).max() < 1e-5 * np.abs(theirs).max()
