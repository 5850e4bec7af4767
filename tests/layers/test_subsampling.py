from itertools import product

import numpy as np
import pytest
from contract import check_json
from spatial import alone, check_spatial

from dl4py.errors import InvalidValue, ShapeError
from dl4py.layers.subsampling import Subsampling1D, Subsampling2D, Subsampling3D
from dl4py.shapes import Convolutional, Convolutional3D, Recurrent


def pooled(x, kind, kernel, stride, pad, out, dilation=None, with_pad=False, first=2):
    """Pooling by loops; axes of space begin at `first`, `pad` is what lies before."""
    axes = range(first, first + len(kernel))
    dilation = dilation or (1,) * len(kernel)
    sizes = [x.shape[a] for a in axes]
    x = np.moveaxis(x, axes, range(-len(kernel), 0))
    y = np.zeros((*x.shape[: -len(kernel)], *out))
    for at in np.ndindex(*out):
        seen = []
        for tap in product(*map(range, kernel)):
            place = tuple(o * s - p + u * d for o, s, p, u, d in zip(at, stride, pad, tap, dilation, strict=True))
            if all(0 <= a < size for a, size in zip(place, sizes, strict=True)):
                seen.append(x[(..., *place)])
        values = np.stack(seen)
        y[(..., *at)] = {
            "max": values.max(axis=0),
            "avg": values.sum(axis=0) / (np.prod(kernel) if with_pad else len(seen)),
            "sum": values.sum(axis=0),
            "pnorm": (np.abs(values) ** 3).sum(axis=0) ** (1 / 3),
        }[kind]
    return np.moveaxis(y, range(-len(kernel), 0), axes)


KINDS = ["max", "avg", "sum", "pnorm"]


@pytest.mark.parametrize("kind", KINDS)
def test_truncate(kind):
    layer = Subsampling2D(pooling_type=kind, pnorm=3, kernel_size=(3, 2), stride=(2, 1))
    check_spatial(layer, Convolutional(2, 6, 4), lambda x: pooled(x, kind, (3, 2), (2, 1), (0, 0), (2, 3)))


@pytest.mark.parametrize("kind", KINDS)
def test_same_pads_more_behind(kind):
    layer = Subsampling2D(pooling_type=kind, pnorm=3, kernel_size=(3, 2), stride=(2, 1), convolution_mode="same")
    check_spatial(layer, Convolutional(2, 5, 4), lambda x: pooled(x, kind, (3, 2), (2, 1), (1, 0), (3, 4)))


@pytest.mark.parametrize("with_pad", [False, True])
def test_divisor_of_padded_windows(with_pad):
    layer = Subsampling2D(
        pooling_type="avg", kernel_size=(3, 3), padding=(1, 1), avg_pool_include_pad_in_divisor=with_pad
    )
    check_spatial(
        layer, Convolutional(2, 5, 5), lambda x: pooled(x, "avg", (3, 3), (2, 2), (1, 1), (3, 3), with_pad=with_pad)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_dilation(kind):
    layer = Subsampling2D(
        pooling_type=kind, pnorm=3, kernel_size=(2, 2), stride=(1, 2), dilation=(2, 3), convolution_mode="strict"
    )
    check_spatial(layer, Convolutional(2, 5, 6), lambda x: pooled(x, kind, (2, 2), (1, 2), (0, 0), (3, 2), (2, 3)))


@pytest.mark.parametrize("kind", KINDS)
def test_sequences(kind):
    layer = Subsampling1D(pooling_type=kind, pnorm=3, kernel_size=(3, 1), stride=(2, 2))
    check_spatial(layer, Recurrent(2, 6), lambda x: pooled(x, kind, (3,), (2,), (0,), (2,)))
    check_spatial(layer, Recurrent(2, 6, "NWC"), lambda x: pooled(x, kind, (3,), (2,), (0,), (2,), first=1))


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_volumes(kind):
    layer = Subsampling3D(pooling_type=kind, kernel_size=(2, 2, 2), stride=(1, 2, 2))
    check_spatial(
        layer, Convolutional3D(2, 2, 3, 4), lambda x: pooled(x, kind, (2, 2, 2), (1, 2, 2), (0, 0, 0), (2, 2, 2))
    )


def test_channels_last():
    layer = Subsampling2D(kernel_size=(2, 2))
    check_spatial(
        layer, Convolutional(3, 4, 4, "NHWC"), lambda x: pooled(x, "max", (2, 2), (2, 2), (0, 0), (2, 2), first=1)
    )


def masked_pool(x, mask, kind, kernel, stride, pad, out, first=2):
    """Pooling of what is not masked by loops; 0 where all of a window is masked."""
    m = np.broadcast_to(mask, x.shape)
    where = {"kernel": kernel, "stride": stride, "pad": pad, "out": out, "first": first}
    if kind == "max":
        y = pooled(np.where(m > 0, x, -np.inf), "max", **where)
        return np.where(np.isfinite(y), y, 0.0)
    y = pooled(m * x, "sum" if kind == "avg" else kind, **where)
    return y / np.maximum(pooled(1.0 * m, "sum", **where), 1.0) if kind == "avg" else y


@pytest.mark.parametrize("kind", KINDS)
def test_masked_places_do_not_count(kind):
    layer = Subsampling2D(pooling_type=kind, pnorm=3, kernel_size=(3, 2), stride=(1, 2), convolution_mode="same")
    mask = (np.random.default_rng(3).uniform(size=(3, 1, 4, 6)) > 0.6).astype(float)
    where = ("max" if kind == "max" else kind, (3, 2), (1, 2), (1, 0), (4, 3))
    check_spatial(layer, Convolutional(2, 4, 6), lambda x, m: masked_pool(x, m, *where), mask)
    steps = (np.random.default_rng(4).uniform(size=(3, 6)) > 0.5).astype(float)
    layer = Subsampling1D(pooling_type=kind, pnorm=3, kernel_size=(2, 1), stride=(2, 2))
    check_spatial(layer, Recurrent(2, 6), lambda x, m: masked_pool(x, m[:, None], kind, (2,), (2,), (0,), (3,)), steps)


@pytest.mark.parametrize("kind", KINDS)
def test_places_that_stay_keep_their_mask(kind):
    layer = Subsampling1D(pooling_type=kind, pnorm=3, kernel_size=(3, 1), convolution_mode="same")
    steps = np.array([[1, 1, 1, 0, 0, 0], [1, 0, 0, 1, 1, 0], [1, 1, 1, 1, 1, 1]], float)
    where = (kind, (3,), (1,), (1,), (6,))
    check_spatial(layer, Recurrent(2, 6), lambda x, m: m[:, None] * masked_pool(x, m[:, None], *where), steps)
    found = alone(layer, Recurrent(2, 6), np.ones((3, 2, 6)), None, steps)
    assert np.array_equal(found["mask"], steps)


def test_what_is_masked_may_be_missing():
    x = np.array([[[1.0, np.nan, np.nan, np.nan]]])
    for kind in KINDS:
        layer = Subsampling1D(pooling_type=kind, pnorm=2, kernel_size=(2, 1), stride=(2, 2))
        found = alone(layer, Recurrent(1, 4), x, np.ones((1, 1, 2)), np.array([[1.0, 0.0, 0.0, 0.0]]))
        assert found["y"].tolist() == [[[1.0, 0.0]]]
        assert found["dx"].tolist() == [[[1.0, 0.0, 0.0, 0.0]]]
        theirs = alone(layer, Recurrent(1, 4), np.full((1, 1, 4), 3.0), None, np.zeros((1, 4)), mode="dl4j")
        assert theirs["y"].any()


def test_a_window_is_masked_where_all_of_it_is():
    mask = np.array([[1, 1, 1, 0, 0, 0]], float)
    found = alone(Subsampling1D(kernel_size=(2, 1), stride=(2, 2)), Recurrent(1, 6), np.ones((1, 1, 6)), None, mask)
    assert found["mask"].tolist() == [[1, 1, 0]]
    columns = np.array([1.0, 0.0, 0.0, 0.0]).reshape(1, 1, 1, 4)
    found = alone(Subsampling2D(kernel_size=(2, 2)), Convolutional(1, 2, 4), np.ones((1, 1, 2, 4)), None, columns)
    assert found["mask"].tolist() == [[[[1, 0]]]]


def test_a_bare_number_is_for_time():
    layer = Subsampling1D.model_validate({"kernel_size": 3, "stride": 2, "padding": 1})
    assert (layer.kernel_size, layer.stride, layer.padding) == ((3, 1), (2, 2), (1, 0))


def test_json():
    check_json(
        Subsampling2D(
            name="layer1", kernel_size=(3, 2), stride=(2, 1), pooling_type="pnorm", pnorm=3, convolution_mode="same"
        ),
        "SubsamplingLayer",
        '{"avgPoolIncludePadInDivisor":false,"cnn2dDataFormat":"NCHW","constraints":null,"convolutionMode":"Same",'
        '"cudnnAllowFallback":true,"dilation":[1,1],"eps":1e-8,"gradientNormalization":"None",'
        '"gradientNormalizationThreshold":0.0,"idropout":null,"kernelSize":[3,2],"layerName":"layer1",'
        '"padding":[0,0],"pnorm":3,"poolingType":"PNORM","stride":[2,1]}',
    )


def test_a_window_larger_than_the_image():
    with pytest.raises(ShapeError) as found:
        Subsampling2D(name="pool", kernel_size=(3, 5)).output_shape(Convolutional(1, 4, 4))
    assert found.value.render() == (
        "layer `pool` (subsampling): its window is larger than its input\n"
        "   = height: (4 - 3 + 2*0)/2 + 1 = 1.50, width: (4 - 5 + 2*0)/2 + 1 = 0.50; each must be at least 1\n"
        "   = hint: `same` gives 2 x 2"
    )


def test_strict_windows_tile():
    with pytest.raises(ShapeError) as found:
        Subsampling3D(name="pool", kernel_size=(2, 2, 2), convolution_mode="strict").output_shape(
            Convolutional3D(1, 4, 5, 4)
        )
    assert found.value.render() == (
        "layer `pool` (subsampling3d): its window does not tile its input in strict mode\n"
        "   = depth: (4 - 2 + 2*0)/2 + 1 = 2.00, height: (5 - 2 + 2*0)/2 + 1 = 2.50, "
        "width: (4 - 2 + 2*0)/2 + 1 = 2.00; all must be whole\n"
        "   = hint: `truncate` gives 2 x 2 x 2, `same` gives 2 x 3 x 2"
    )


def test_a_norm_needs_its_p():
    with pytest.raises(InvalidValue) as found:
        Subsampling2D(name="pool", pooling_type="pnorm").output_shape(Convolutional(1, 4, 4))
    assert found.value.render() == (
        "layer `pool` (subsampling) pools by a p-norm, but has no `pnorm`\n"
        "   = hint: write `pnorm: 2`, or any whole number from 1"
    )
