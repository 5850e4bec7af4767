import numpy as np
import pytest
from contract import check_json, generator
from replay import CASES
from spatial import alone, check_spatial

from dl4py.errors import ShapeError, UnsupportedFeature
from dl4py.formats.dl4j.model import load
from dl4py.layers.global_pooling import GlobalPooling
from dl4py.network import Network
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward, Recurrent

SHAPES = {
    "sequences": (Recurrent(4, 6), (2,)),
    "sequences NWC": (Recurrent(4, 6, "NWC"), (1,)),
    "images": (Convolutional(4, 3, 5), (2, 3)),
    "images NHWC": (Convolutional(4, 3, 5, "NHWC"), (1, 2)),
    "volumes": (Convolutional3D(4, 2, 3, 2), (2, 3, 4)),
}


def pooled(kind, x, axes, mask=None, keep=False):
    m = np.ones_like(x) if mask is None else np.broadcast_to(mask, x.shape)
    if kind == "max":
        return np.where(m > 0, x, -np.inf).max(axis=axes, keepdims=keep)
    if kind == "pnorm":
        return (np.abs(m * x) ** 3).sum(axis=axes, keepdims=keep) ** (1 / 3)
    y = (m * x).sum(axis=axes, keepdims=keep)
    return y if kind == "sum" else y / m.sum(axis=axes, keepdims=keep)


@pytest.mark.parametrize("keep", [False, True], ids=["collapsed", "kept"])
@pytest.mark.parametrize("kind", ["max", "avg", "sum", "pnorm"])
@pytest.mark.parametrize("name", SHAPES)
def test_contract(name, kind, keep):
    shape, axes = SHAPES[name]
    layer = GlobalPooling(pooling_type=kind, pnorm=3, collapse_dimensions=not keep)
    check_spatial(layer, shape, lambda x: pooled(kind, x, axes, keep=keep))


SEQUENCE_MASK = np.array([[1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 1], [0, 1, 0, 1, 0, 0]], float)
IMAGE_MASKS = {
    "each place": (generator(4).uniform(size=(3, 1, 3, 5)) > 0.4).astype(float),
    "rows": np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1]], float).reshape(3, 1, 3, 1),
    "columns": np.array([[1, 1, 0, 0, 0], [1, 0, 0, 1, 1], [1, 1, 1, 1, 1]], float).reshape(3, 1, 1, 5),
}


@pytest.mark.parametrize("kind", ["max", "avg", "sum", "pnorm"])
def test_masked_steps_do_not_count(kind):
    layer = GlobalPooling(pooling_type=kind, pnorm=3)
    check_spatial(layer, Recurrent(4, 6), lambda x, m: pooled(kind, x, (2,), m[:, None, :]), SEQUENCE_MASK)


@pytest.mark.parametrize("mask", IMAGE_MASKS)
@pytest.mark.parametrize("kind", ["max", "avg", "sum", "pnorm"])
def test_masked_places_do_not_count(kind, mask):
    layer = GlobalPooling(pooling_type=kind, pnorm=3)
    check_spatial(layer, Convolutional(4, 3, 5), lambda x, m: pooled(kind, x, (2, 3), m), IMAGE_MASKS[mask])


@pytest.mark.parametrize("kind", ["max", "avg", "sum", "pnorm"])
def test_a_mask_of_zeros_gives_zero(kind):
    x, dy = generator().normal(size=(1, 2, 3)), np.ones((1, 2))
    x[0, 0, 0] = np.nan  # a mask covers what is missing
    found = alone(GlobalPooling(pooling_type=kind), Recurrent(2, 3), x, dy, np.zeros((1, 3)))
    assert not found["y"].any()
    assert not found["dx"].any()


def test_json():
    check_json(
        GlobalPooling(pooling_type="avg", name="layer1"),
        "GlobalPoolingLayer",
        '{"collapseDimensions":true,"constraints":null,"gradientNormalization":"None",'
        '"gradientNormalizationThreshold":0.0,"idropout":null,"layerName":"layer1","pnorm":2,'
        '"poolingDimensions":null,"poolingType":"AVG"}',
    )


@pytest.mark.parametrize("case", ["global-pool-rnn-mask-avg", "global-pool-rnn-mask-pnorm"])
def test_what_follows_knows_the_order_of_the_sequences_as_in_dl4j(case):
    theirs = load(CASES / case / "model.zip").config
    *before, last = theirs.layers
    fresh = (*before, last.but(n_in=None, time_distributed_format=None))
    found = Network(theirs.but(layers=fresh)).graph.nodes[-1].thing
    assert found.time_distributed_format == theirs.layers[-1].time_distributed_format == "ncw"
    assert GlobalPooling().output_shape(Recurrent(3, 5, "NWC")) == FeedForward(3, "NWC")


def test_rows_have_nothing_to_pool():
    with pytest.raises(ShapeError) as found:
        GlobalPooling(name="pool").given(FeedForward(4))
    assert found.value.render() == (
        "layer `pool` (global_pooling) takes sequences, images or volumes, its input is rows of 4\n"
        "   = hint: leave the layer out: rows have nothing to pool"
    )


def test_some_of_the_axes():
    with pytest.raises(UnsupportedFeature) as found:
        GlobalPooling(name="pool", pooling_dimensions=(2,)).given(Convolutional(1, 2, 3))
    assert found.value.render() == (
        "layer `pool` pools the axes [2] of images of 1 x 2 x 3 (NCHW)\n"
        "   = hint: leave `pooling_dimensions` out: [2, 3] are pooled"
    )


def test_dl4j_divides_by_rows_of_the_mask():
    """Figures of real DL4J 1.0.0-M2.1 for the mean of 0 .. 5 in two rows of three, 2.5."""
    x = np.arange(6.0).reshape(1, 1, 2, 3)
    shape, layer = Convolutional(1, 2, 3), GlobalPooling(pooling_type="avg")
    for mask, mean in [((1, 1, 2, 1), 7.5), ((1, 1, 1, 3), 5.0), ((1, 1, 2, 3), 2.5)]:
        theirs = alone(layer, shape, x, np.ones((1, 1)), np.ones(mask), mode="dl4j")
        assert theirs["y"].item() == mean
        assert theirs["dx"].sum() == pytest.approx(6 * mean / 15)
        assert alone(layer, shape, x, None, np.ones(mask))["y"].item() == 2.5
