import numpy as np
import pytest
from contract import Case, check_layer, generator
from spatial import check_gradient

from dl4py.errors import ShapeError
from dl4py.layers.prelu import PReLU
from dl4py.network import Network, NetworkConfig
from dl4py.shapes import Convolutional, Recurrent

CASES = [
    Case(PReLU(weight_init={"type": "constant", "value": 0.3})),
    Case(PReLU(weight_init="normal", shared_axes=(1,))),
]
IMAGE = {"type": "convolutional", "channels": 3, "height": 2, "width": 4}
SEQUENCE = {"type": "recurrent", "size": 3, "time": 4}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


def test_slopes_below_zero():
    network = Case(PReLU(weight_init={"type": "constant", "value": 0.3})).network()
    found = network.activations(np.linspace(-2, 2, 12).reshape(3, 4))
    x = found["layer0"]
    assert np.allclose(found["layer1"], np.where(x > 0, x, 0.3 * x))


@pytest.mark.parametrize("axes", [[], [1], [2, 3], [1, 2, 3]], ids=str)
@pytest.mark.parametrize(
    ("given", "shape"), [(IMAGE, (3, 2, 4)), ({**IMAGE, "format": "nhwc"}, (2, 4, 3))], ids=["nchw", "nhwc"]
)
def test_images(given, shape, axes):
    check(given, shape, axes)


@pytest.mark.parametrize("axes", [[], [1], [2]], ids=str)
@pytest.mark.parametrize(("given", "shape"), [(SEQUENCE, (3, 4)), ({**SEQUENCE, "format": "nwc"}, (4, 3))])
def test_sequences(given, shape, axes):
    check(given, shape, axes)


def check(given, shape, axes):
    layers = [
        {"type": "batch_normalization"},
        {"type": "prelu", "name": "it", "shared_axes": axes or None, "weight_init": "normal"},
        {"type": "global_pooling", "pooling_type": "pnorm", "pnorm": 3},
        {"type": "output", "n_out": 2, "loss": "mse", "activation": "tanh"},
    ]
    net = Network(NetworkConfig.model_validate({"seed": 3, "data_type": "double", "input": given, "layers": layers}))
    x, y = generator(1).normal(size=(3, *shape)), generator(2).uniform(0.1, 0.9, (3, 2))
    check_gradient(net, x, y)
    slot = next(slot for slot in net.parameters.slots if slot.node.name == "it")
    alpha = net.parameter(slot)
    assert alpha.shape == tuple(1 if i + 1 in axes else n for i, n in enumerate(shape))
    found = net.activations(x)
    before = found["layer0"]
    assert np.allclose(found["it"], np.where(before > 0, before, alpha * before), atol=1e-14)


def test_axes_that_are_not_there():
    with pytest.raises(ShapeError) as found:
        PReLU(name="slopes", shared_axes=(0, 4)).given(Convolutional(3, 2, 4))
    assert found.value.render() == (
        "layer `slopes` shares the axes [0, 4] of images of 3 x 2 x 4 (NCHW)\n   = hint: axes count from 1 to 3"
    )


def test_steps_without_number():
    with pytest.raises(ShapeError) as found:
        PReLU(name="slopes").given(Recurrent(3))
    assert found.value.render() == (
        "layer `slopes` has an alpha for each step, but the number of steps varies\n"
        "   = hint: share the axis of time: `shared_axes: [2]`"
    )


def test_another_input_shape():
    with pytest.raises(ShapeError) as found:
        PReLU(name="slopes", input_shape=(3, 3, 3)).given(Convolutional(3, 2, 4))
    assert found.value.render() == (
        "layer `slopes` has input_shape [3, 3, 3], its input is [3, 2, 4]\n   = hint: leave `input_shape` out"
    )
