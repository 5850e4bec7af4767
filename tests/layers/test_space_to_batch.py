import numpy as np
import pytest
from contract import check_json, generator
from spatial import alone, check_spatial

from dl4py.errors import ShapeError
from dl4py.layers.space_to_batch import SpaceToBatch
from dl4py.shapes import Convolutional


def parts(x, b1, b2, around=(0, 0, 0, 0)):
    x = np.pad(x, ((0, 0), (0, 0), around[:2], around[2:]))
    return np.concatenate([x[:, :, i::b1, j::b2] for i in range(b1) for j in range(b2)])


@pytest.mark.parametrize(
    ("blocks", "padding", "height", "width"), [((2, 2), (0, 0, 0, 0), 4, 6), ((3, 2), (1, 1, 0, 1), 4, 3)]
)
def test_contract(blocks, padding, height, width):
    layer = SpaceToBatch(blocks=blocks, padding=padding)
    check_spatial(layer, Convolutional(2, height, width), lambda x: parts(x, *blocks, padding))
    assert layer.rows([5]) == 5 * blocks[0] * blocks[1]


def test_masks_are_cut_too():
    mask = (generator().uniform(size=(2, 1, 2, 4)) > 0.5).astype(float)
    found = alone(SpaceToBatch(), Convolutional(3, 2, 4), np.ones((2, 3, 2, 4)), None, mask)
    assert np.array_equal(found["mask"], parts(mask, 2, 2))
    whole = np.array([1.0, 0.0]).reshape(2, 1, 1, 1)
    found = alone(SpaceToBatch(), Convolutional(3, 2, 4), np.ones((2, 3, 2, 4)), None, whole)
    assert np.array_equal(found["mask"], np.tile(whole, (4, 1, 1, 1)))


def test_json():
    check_json(
        SpaceToBatch(name="layer0", padding=(0, 1, 2, 3)),
        "SpaceToBatchLayer",
        '{"blocks":[2,2],"constraints":null,"format":"NCHW","gradientNormalization":"None",'
        '"gradientNormalizationThreshold":0.0,"idropout":null,"layerName":"layer0","padding":[[0,1],[2,3]]}',
    )


def test_parts_that_do_not_fit():
    with pytest.raises(ShapeError) as found:
        SpaceToBatch(name="cut", padding=(0, 1, 0, 0)).output_shape(Convolutional(1, 4, 4))
    assert found.value.render() == (
        "layer `cut` (space_to_batch) cannot cut 5 x 4 into 2 x 2 parts\n"
        "   = 5 / 2 = 2.50, 4 / 2 = 2.00; both must be whole\n"
        "   = hint: write a `padding` that makes them whole, or other `blocks`"
    )
