import numpy as np
import pytest
from contract import check_json
from spatial import alone, check_spatial

from dl4py.errors import ShapeError
from dl4py.layers.cropping import Cropping1D, Cropping2D, Cropping3D
from dl4py.shapes import Convolutional, Convolutional3D, Recurrent


@pytest.mark.parametrize(
    ("layer", "shape", "formula"),
    [
        (Cropping1D(cropping=(1, 2)), Recurrent(3, 5), lambda x: x[:, :, 1:3]),
        (Cropping1D(), Recurrent(3, 5, "NWC"), lambda x: x[:, 1:4]),
        (Cropping2D(cropping=(1, 0, 2, 1)), Convolutional(2, 3, 5), lambda x: x[:, :, 1:, 2:4]),
        (Cropping2D(), Convolutional(2, 3, 4, "NHWC"), lambda x: x[:, 1:2, 1:3]),
        (Cropping3D(cropping=(1, 0, 0, 1, 1, 1)), Convolutional3D(2, 2, 3, 4), lambda x: x[:, :, 1:, :2, 1:3]),
    ],
)
def test_contract(layer, shape, formula):
    check_spatial(layer, shape, formula)


def test_masks_are_cut_too():
    mask = np.array([[1.0, 1.0, 0.0, 1.0]])
    found = alone(Cropping1D(cropping=(1, 0)), Recurrent(2, 4), np.ones((1, 2, 4)), None, mask)
    assert found["mask"].tolist() == [[1, 0, 1]]


def test_a_number_for_all_sides():
    assert Cropping2D.model_validate({"cropping": 2}).cropping == (2, 2, 2, 2)


def test_json():
    check_json(
        Cropping3D(cropping=(1, 0, 1, 0, 1, 1), name="layer3"),
        "Cropping3D",
        '{"constraints":null,"cropping":[1,0,1,0,1,1],"gradientNormalization":"None",'
        '"gradientNormalizationThreshold":0.0,"idropout":null,"layerName":"layer3"}',
    )


def test_nothing_left():
    with pytest.raises(ShapeError) as found:
        Cropping2D(name="crop", cropping=(1, 1, 2, 3)).output_shape(Convolutional(1, 3, 5))
    assert found.value.render() == (
        "layer `crop` (cropping2d) cuts everything off images of 1 x 3 x 5 (NCHW)\n"
        "   = 3 - 1 - 1, 5 - 2 - 3 leaves 1 x 0; each must be at least 1\n"
        "   = hint: write a smaller `cropping`"
    )
