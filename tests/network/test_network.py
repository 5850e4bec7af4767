import numpy as np
import pytest

import dl4py
from dl4py.errors import ShapeError
from dl4py.network import Network, NetworkConfig
from dl4py.plan import threads

LAYERS = [{"type": "dense", "n_out": 5, "activation": "tanh"}, {"type": "output", "n_out": 3}]
G = np.random.default_rng(0)
X, Y = G.normal(size=(8, 4)).astype("f"), np.eye(3, dtype="f")[G.integers(0, 3, 8)]


def network(**more):
    return Network(NetworkConfig.model_validate({"input": 4, "seed": 5, "layers": LAYERS, **more}))


def test_the_face():
    net = network()
    assert net.output(X).shape == (8, 3)
    assert set(net.activations(X)) == {"layer0", "layer1"}
    assert np.array_equal(net.predict(X), net.output(X).argmax(axis=1))
    assert np.array_equal(dl4py.predict(net, X), net.predict(X))
    before = net.score(X, Y)
    assert net.fit(X, Y) == before
    assert net.score(X, Y) < before
    assert (net.iteration, net.epoch) == (1, 0)
    net.end_epoch()
    assert net.epoch == 1
    net.params[:] = 0.0
    assert np.allclose(net.output(X), 1 / 3)


def test_batches_of_other_sizes_share_everything():
    net = network()
    whole = net.output(X)
    assert np.allclose(net.output(X[:3]), whole[:3], atol=1e-6)
    net.fit(X[:5], Y[:5])
    net.fit(X[:2], Y[:2])
    assert np.isfinite(net.fit(X, Y))


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (X[:, :3], Y, "the input `input` takes arrays of batch x 4, found 8 x 3"),
        (X, Y[:, :2], "the output `layer1` takes labels of 8 x 3, found 8 x 2"),
        (X, Y[:5], "the output `layer1` takes labels of 8 x 3, found 5 x 3"),
        (X[:0], Y[:0], "a batch needs at least one example"),
        ([X, X], Y, "the network has 1 inputs, found 2 arrays"),
        (X, [Y, Y], "the network has 1 outputs, found 2 arrays of labels"),
    ],
)
def test_arrays_that_do_not_fit(x, y, expected):
    with pytest.raises(ShapeError) as error:
        network().fit(x, y)
    assert str(error.value) == expected


def test_masks_that_do_not_fit():
    with pytest.raises(ShapeError) as error:
        network().fit(X, Y, label_mask=np.ones((8, 2)))
    assert str(error.value) == "the label mask of `layer1` is 8 x 1 or 8 x 3, found 8 x 2"


def test_a_label_mask_hides_each_output_in_its_own_layout():
    def read(name, layout):
        return {"name": name, "type": "rnn_output", "n_out": 2, "inputs": [layout], "loss": "mse", "activation": "tanh"}

    inputs = {name: {"type": "recurrent", "size": 3, "format": name} for name in ("ncw", "nwc")}
    net = Network(
        NetworkConfig.model_validate(
            {"inputs": inputs, "vertices": [read("a", "ncw"), read("b", "nwc")], "outputs": ["a", "b"]}
        )
    )
    x = [G.normal(size=(4, 3, 5)), G.normal(size=(4, 5, 3))]
    mask = np.repeat([[1.0, 1.0, 1.0, 0.0, 0.0]], 4, axis=0)
    a, b = net.output(x, label_mask=[mask, mask])
    assert not a[:, :, 3:].any()
    assert a[:, :, :3].all()
    assert not b[:, 3:].any()
    assert b[:, :3].all()


def test_bits_repeat_and_threads_agree():
    wide = [{"type": "dense", "n_out": 600, "activation": "relu"}, {"type": "output", "n_out": 3}]
    x = G.normal(size=(128, 500)).astype("f")
    y = np.eye(3, dtype="f")[G.integers(0, 3, 128)]

    def trained(count):
        with threads.limited(count):
            net = Network(
                NetworkConfig.model_validate(
                    {"input": 500, "defaults": {"updater": {"type": "sgd", "learning_rate": 0.05}}, "layers": wide}
                )
            )
            for _ in range(5):
                net.fit(x, y)
            return net.params.copy()

    one, two = trained(1), trained(2)
    assert np.array_equal(one, trained(1))
    assert np.array_equal(two, trained(2))
    assert np.abs(one - two).max() <= 1e-6


def test_workspace_modes_are_equal_bit_for_bit():
    modes = [
        network(training_workspace_mode=m, inference_workspace_mode=m)
        for m in ("enabled", "none", "single", "separate")
    ]
    for _ in range(4):
        assert len({net.fit(X, Y) for net in modes}) == 1
    assert all(np.array_equal(net.params, modes[0].params) for net in modes)
    assert modes[0].plan(8).layout.total < modes[1].plan(8).layout.total


def test_a_score_can_be_raised():
    net = network(minimize=False)
    before = net.score(X, Y)
    net.fit(X, Y)
    assert net.score(X, Y) > before
