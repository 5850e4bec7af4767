import numpy as np
import pytest
from contract import check_json
from spatial import alone, check_spatial

from dl4py.errors import ShapeError
from dl4py.layers.zero_padding import ZeroPadding1D, ZeroPadding2D, ZeroPadding3D
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward, Recurrent

NONE = (0, 0)


@pytest.mark.parametrize(
    ("layer", "shape", "around"),
    [
        (ZeroPadding1D(padding=(2, 1)), Recurrent(3, 4), (NONE, (2, 1))),
        (ZeroPadding1D(), Recurrent(3, 4, "NWC"), ((1, 1), NONE)),
        (ZeroPadding2D(padding=(1, 2, 0, 1)), Convolutional(2, 3, 4), (NONE, (1, 2), (0, 1))),
        (ZeroPadding2D(), Convolutional(2, 3, 4, "NHWC"), ((1, 1), (1, 1), NONE)),
        (
            ZeroPadding3D(padding=(1, 1, 0, 1, 2, 0)),
            Convolutional3D(2, 2, 3, 2),
            (NONE, (1, 1), (0, 1), (2, 0)),
        ),
    ],
    ids=str,
)
def test_contract(layer, shape, around):
    check_spatial(layer, shape, lambda x: np.pad(x, (NONE, *around)))


def test_a_number_for_all_sides_or_for_each_axis():
    assert ZeroPadding2D.model_validate({"padding": 2}).padding == (2, 2, 2, 2)
    assert ZeroPadding2D.model_validate({"padding": [1, 2]}).padding == (1, 1, 2, 2)
    assert ZeroPadding3D.model_validate({"padding": [1, 2, 3]}).padding == (1, 1, 2, 2, 3, 3)
    assert ZeroPadding1D.model_validate({"padding": 3}).padding == (3, 3)


def test_what_is_put_in_is_masked():
    mask = np.array([[1.0, 1.0, 0.0]])
    assert alone(ZeroPadding1D(padding=(2, 1)), Recurrent(2, 3), np.ones((1, 2, 3)), None, mask)["mask"].tolist() == [
        [0, 0, 1, 1, 0, 0]
    ]
    rows = np.array([1.0, 0.0]).reshape(1, 1, 2, 1)
    image = alone(ZeroPadding2D(padding=(1, 0, 0, 1)), Convolutional(1, 2, 2), np.ones((1, 1, 2, 2)), None, rows)
    assert image["mask"].tolist() == [[[[0, 0, 0], [1, 1, 0], [0, 0, 0]]]]


def test_a_length_that_varies_stays_so():
    assert ZeroPadding1D().output_shape(Recurrent(3)) == Recurrent(3)


def test_json():
    check_json(
        ZeroPadding2D(padding=(1, 2, 0, 1), name="layer0"),
        "ZeroPaddingLayer",
        '{"constraints":null,"dataFormat":"NCHW","gradientNormalization":"None",'
        '"gradientNormalizationThreshold":0.0,"idropout":null,"layerName":"layer0","padding":[1,2,0,1]}',
    )


def test_rows_are_refused():
    with pytest.raises(ShapeError) as found:
        ZeroPadding2D(name="pad").given(FeedForward(4))
    assert found.value.render() == (
        "layer `pad` (zero_padding) takes images, its input is rows of 4\n"
        "   = hint: give the network's `input` that type, or put a preprocessor before the layer"
    )


def test_another_order_of_axes_is_refused():
    with pytest.raises(ShapeError) as found:
        ZeroPadding2D(name="pad", data_format="nhwc").given(Convolutional(1, 2, 3))
    assert found.value.render() == (
        "layer `pad` has data_format nhwc, its input is images of 1 x 2 x 3 (NCHW)\n"
        "   = hint: leave `data_format` out: the network's input decides"
    )
