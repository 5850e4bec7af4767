import numpy as np
import pytest
from contract import check_json
from spatial import alone, check_spatial

from dl4py.errors import ShapeError
from dl4py.layers.space_to_depth import SpaceToDepth
from dl4py.shapes import Convolutional


def deep(x, s):
    n, channels, height, width = x.shape
    y = np.zeros((n, s * s * channels, height // s, width // s))
    for i in range(s):
        for j in range(s):
            for c in range(channels):
                y[:, (i * s + j) * channels + c] = x[:, c, i::s, j::s]
    return y


@pytest.mark.parametrize(("s", "height", "width"), [(2, 4, 6), (3, 3, 6)])
def test_contract(s, height, width):
    check_spatial(SpaceToDepth(block_size=s), Convolutional(2, height, width), lambda x: deep(x, s))


def test_channels_last():
    shape = Convolutional(3, 4, 2, "NHWC")
    check_spatial(SpaceToDepth(), shape, lambda x: deep(x.transpose(0, 3, 1, 2), 2).transpose(0, 2, 3, 1))


def test_a_block_is_masked_where_all_of_it_is():
    mask = np.array([[1, 0, 0, 0], [0, 0, 0, 0]], float).reshape(1, 1, 2, 4)
    found = alone(SpaceToDepth(), Convolutional(1, 2, 4), np.ones((1, 1, 2, 4)), None, mask)
    assert found["mask"].tolist() == [[[[1, 0]]]]


def test_json():
    check_json(
        SpaceToDepth(name="layer0"),
        "SpaceToDepthLayer",
        '{"blockSize":2,"constraints":null,"dataFormat":"NCHW","gradientNormalization":"None",'
        '"gradientNormalizationThreshold":0.0,"idropout":null,"layerName":"layer0"}',
    )


def test_blocks_that_do_not_fit():
    with pytest.raises(ShapeError) as found:
        SpaceToDepth(name="blocks").output_shape(Convolutional(1, 5, 4))
    assert found.value.render() == (
        "layer `blocks` (space_to_depth) cannot cut 5 x 4 into blocks of 2 x 2\n"
        "   = 5 / 2 = 2.50, 4 / 2 = 2.00; both must be whole\n"
        "   = hint: pad or crop the image before, or write another `block_size`"
    )
