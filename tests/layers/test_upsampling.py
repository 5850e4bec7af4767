import numpy as np
import pytest
from contract import check_json
from spatial import alone, check_spatial

from dl4py.layers.upsampling import Upsampling1D, Upsampling2D, Upsampling3D
from dl4py.shapes import Convolutional, Convolutional3D, Recurrent


def repeated(x, *factors):
    for axis, factor in factors:
        x = x.repeat(factor, axis)
    return x


@pytest.mark.parametrize(
    ("layer", "shape", "factors"),
    [
        (Upsampling1D(size=(3, 3)), Recurrent(2, 4), [(2, 3)]),
        (Upsampling1D(), Recurrent(2, 4, "NWC"), [(1, 2)]),
        (Upsampling2D(size=(2, 3)), Convolutional(2, 3, 2), [(2, 2), (3, 3)]),
        (Upsampling2D(), Convolutional(2, 3, 2, "NHWC"), [(1, 2), (2, 2)]),
        (Upsampling3D(size=(1, 2, 3)), Convolutional3D(2, 2, 2, 3), [(3, 2), (4, 3)]),
    ],
    ids=str,
)
def test_contract(layer, shape, factors):
    check_spatial(layer, shape, lambda x: repeated(x, *factors))


def test_masks_are_repeated_too():
    mask = np.array([[1.0, 0.0]])
    found = alone(Upsampling1D(), Recurrent(2, 2), np.ones((1, 2, 2)), None, mask)
    assert found["mask"].tolist() == [[1, 1, 0, 0]]
    rows = np.array([1.0, 0.0]).reshape(1, 1, 2, 1)
    found = alone(Upsampling2D(size=(2, 1)), Convolutional(1, 2, 2), np.ones((1, 1, 2, 2)), None, rows)
    assert found["mask"].tolist() == [[[[1, 1], [1, 1], [0, 0], [0, 0]]]]


def test_a_mask_of_whole_examples_goes_on():
    whole = np.array([1.0, 0.0]).reshape(2, 1, 1, 1)
    found = alone(Upsampling2D(), Convolutional(1, 2, 2), np.ones((2, 1, 2, 2)), None, whole)
    assert np.array_equal(found["mask"], whole)


def test_json():
    check_json(
        Upsampling2D(name="layer1"),
        "Upsampling2D",
        '{"constraints":null,"format":"NCHW","gradientNormalization":"None",'
        '"gradientNormalizationThreshold":0.0,"idropout":null,"layerName":"layer1","size":[2,2]}',
    )
