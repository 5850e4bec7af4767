import numpy as np
import pytest
from contract import Case, assert_close, check_layer, generator
from spatial import check_gradient

from dl4py.errors import ShapeError
from dl4py.layers.batch_normalization import BatchNormalization
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import Convolutional, ConvolutionalFlat

CASES = [
    Case(BatchNormalization(), skip=["rows"]),
    Case(BatchNormalization(use_log_std=False, decay=0.5, gamma=1.5, beta=0.2), skip=["rows"]),
    Case(BatchNormalization(lock_gamma_beta=True, gamma=0.7), skip=["rows"]),
]
INPUTS = {
    "images": ({"type": "convolutional", "channels": 3, "height": 2, "width": 4}, (3, 2, 4), (0, 2, 3)),
    "images NHWC": (
        {"type": "convolutional", "channels": 3, "height": 2, "width": 4, "format": "nhwc"},
        (2, 4, 3),
        (0, 1, 2),
    ),
    "volumes": (
        {"type": "convolutional_3d", "channels": 2, "depth": 2, "height": 3, "width": 2},
        (2, 2, 3, 2),
        (0, 2, 3, 4),
    ),
    "sequences": ({"type": "recurrent", "size": 3, "time": 5}, (3, 5), (0, 2)),
}


def network(given, **keys):
    """Normalization of what comes in, behind another normalization so that a gradient passes through it."""
    layers = [
        {"type": "batch_normalization", "name": "below"},
        {"type": "batch_normalization", "name": "it", "use_log_std": False, **keys},
        {"type": "global_pooling", "pooling_type": "pnorm", "pnorm": 3},
        {"type": "output", "n_out": 2, "loss": "mse", "activation": "tanh"},
    ]
    spec = {"seed": 11, "data_type": "double", "input": given, "layers": layers}
    return Network(NetworkConfig.model_validate(spec))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


@pytest.mark.parametrize("name", INPUTS)
def test_channels_are_normalized_over_batch_and_places(name):
    given, shape, axes = INPUTS[name]
    net = network(given, decay=0.0)
    x, y = generator(3).normal(2.0, 3.0, size=(6, *shape)), generator(4).uniform(0.1, 0.9, (6, 2))
    check_gradient(net, x, y)
    unit = (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + 1e-5)
    net.fit(x, y)  # the running statistics are those of this batch now
    kept = {s.param.name: net.parameter(s) for s in net.parameters.slots if s.node.name == "it"}
    assert_close(kept["mean"], unit.mean(axis=axes), 1e-6, 1e-9)
    assert_close(kept["var"], unit.var(axis=axes), 1e-6, 1e-9)


def test_masked_steps_do_not_count():
    net = network(INPUTS["sequences"][0], decay=0.0)
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 0, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 0]], float)
    x, y = generator(3).normal(size=(4, 3, 5)), generator(4).uniform(0.1, 0.9, (4, 2))
    x[:, 0] += 2.0
    check_gradient(net, x, y, mask=mask)
    clean = net.gradient(x, y, mask=mask)
    x[0, :, 3:] = np.nan
    assert np.array_equal(net.gradient(x, y, mask=mask), clean)
    net.fit(x, y, mask=mask)
    seen = np.concatenate([row[:, m > 0] for row, m in zip(x, mask, strict=True)], axis=1)
    unit = (seen - seen.mean(axis=1, keepdims=True)) / np.sqrt(seen.var(axis=1, keepdims=True) + 1e-5)
    kept = {s.param.name: net.parameter(s) for s in net.parameters.slots if s.node.name == "it"}
    assert_close(kept["var"], unit.var(axis=1), 1e-6, 1e-9)


@pytest.mark.parametrize("size", [(4, 1, 2, 1), (4, 1, 1, 4), (4, 1, 2, 4), (4, 1)])
def test_masked_places_do_not_count(size):
    net = network(INPUTS["images"][0])
    mask = (generator(1).uniform(size=size) > 0.3).astype(float)
    x, y = generator(3).normal(size=(4, 3, 2, 4)), generator(4).uniform(0.1, 0.9, (4, 2))
    check_gradient(net, x, y, mask=mask)
    clean = net.gradient(x, y, mask=mask)
    covered = np.broadcast_to(mask.reshape(4, 1, *(size[2:] or (1, 1))), x.shape) == 0
    assert covered.any()
    x[covered] = np.nan
    assert np.array_equal(net.gradient(x, y, mask=mask), clean)


def test_a_mean_over_a_million_places_keeps_its_digits():
    layer = {"type": "batch_normalization", "decay": 0.0, "use_log_std": False, "name": "it"}
    given = {"type": "convolutional", "channels": 1, "height": 512, "width": 512}
    layers = [layer, {"type": "global_pooling"}, {"type": "output", "n_out": 1, "loss": "mse"}]
    net = Network(NetworkConfig.model_validate({"seed": 1, "input": given, "layers": layers}))
    x = np.float32(generator(2).uniform(0.9, 1.1, (4, 1, 512, 512)))
    net.fit(x, np.zeros((4, 1)))
    mean = next(net.parameter(s) for s in net.parameters.slots if s.param.name == "mean")
    assert abs(float(mean[0]) - x.astype(float).mean()) < 2e-7


def test_flat_images_become_images():
    wanted = BatchNormalization().wanted(ConvolutionalFlat(2, 3, 4))
    assert wanted is not None
    assert wanted.output_shape(ConvolutionalFlat(2, 3, 4)) == Convolutional(2, 3, 4)


def test_running_statistics_follow_the_batches():
    case = Case(BatchNormalization(use_log_std=False, decay=0.8), 4)
    network = case.network(data_type="double")
    x, y = case.batch(network)
    inside = network.activations(x)["layer0"]
    network.fit(x, y)
    kept = {s.param.name: network.parameter(s) for s in network.parameters.slots if s.node.name == "layer1"}
    assert np.allclose(kept["mean"], 0.2 * inside.mean(axis=0))
    assert np.allclose(kept["var"], 0.8 + 0.2 * inside.var(axis=0))


def test_logarithm_of_the_deviation_is_the_same_statistic():
    networks = [Case(BatchNormalization(use_log_std=log)).network(data_type="double") for log in (True, False)]
    x, y = CASES[0].batch(networks[0])
    for _ in range(4):
        for network in networks:
            network.fit(x, y)
    assert np.allclose(networks[0].output(x), networks[1].output(x))


def test_other_channels_are_refused():
    with pytest.raises(ShapeError) as found:
        BatchNormalization(name="norm", n_in=4).given(Convolutional(3, 2, 2))
    assert found.value.render() == (
        "layer `norm` has n_in 4, but its input has 3 channels\n   = hint: write `n_in: 3`, or leave it out"
    )
