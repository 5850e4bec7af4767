"""Output sizes against windows that are really counted, and the messages where they do not fit."""

import itertools

import pytest

from dl4py.errors import InvalidValue, ShapeError
from dl4py.layers.dense import Dense
from dl4py.layers.window import Sliding, slide, spread

GRID = list(itertools.product(range(1, 9), (1, 2, 3, 5), (1, 2, 3), (0, 1, 2), (1, 2)))


def starts(size, covered, stride, before, after):
    """First places of all windows that lie inside of the padded axis."""
    return [at for at in range(-before, size + after, stride) if at + covered <= size + after]


@pytest.mark.parametrize("mode", ["strict", "truncate"])
def test_padded_windows_are_all_that_lie_inside(mode):
    for size, kernel, stride, padding, dilation in GRID:
        covered = 1 + (kernel - 1) * dilation
        if covered <= size + 2 * padding:
            window = slide(size, kernel, stride, padding, dilation, mode)
            assert window.out == len(starts(size, covered, stride, padding, padding))
            assert window.begin == padding


def test_same_has_a_window_for_each_stride_and_pads_evenly():
    for size, kernel, stride, padding, dilation in GRID:
        window = slide(size, kernel, stride, padding, dilation, "same")
        assert window.out == len(range(0, size, stride))
        after = (window.out - 1) * stride - window.begin + window.span - size
        assert window.begin >= 0
        if after >= 0:  # below 0 the last places lie under no window
            assert after - window.begin in (0, 1)


def test_causal_sees_only_the_past():
    for size, kernel, stride, padding, dilation in GRID:
        window = slide(size, kernel, stride, padding, dilation, "causal")
        assert window.out == len(range(0, size, stride))
        assert window.begin == (kernel - 1) * dilation  # the last tap of window o lies on step o stride


def test_a_deconvolution_undoes_the_size_of_a_convolution():
    for size, kernel, stride, padding, dilation in GRID:
        covered = 1 + (kernel - 1) * dilation
        big = spread(size, kernel, stride, padding, dilation, "truncate")
        if covered <= big.size + 2 * padding and big.size > 0:
            assert slide(big.size, kernel, stride, padding, dilation, "strict").out == size
        same = spread(size, kernel, stride, padding, dilation, "same")
        assert slide(same.size, kernel, stride, padding, dilation, "same").out == size


def test_same_crops_the_full_map_of_a_deconvolution():
    assert [spread(3, k, s, 0, 1, "same").begin for k, s in ((3, 2), (4, 2), (5, 2), (1, 2), (1, 3))] == [
        0,
        1,
        1,
        0,
        -1,
    ]


def sliding(mode, kernel=(5, 2), stride=(3, 3), padding=(0, 1), dilation=(1, 2)):
    return Sliding(Dense(name="pool2", n_out=1), ("height", "width"), kernel, stride, padding, dilation, mode)


def test_strict_shows_its_arithmetic():
    with pytest.raises(ShapeError) as caught:
        sliding("strict").windows((8, 9))
    assert caught.value.render() == (
        "layer `pool2` (dense): its window does not tile its input in strict mode\n"
        "   = height: (8 - 5 + 2*0)/3 + 1 = 2.00, "
        "width: (9 - 3 + 2*1)/3 + 1 = 3.67 (a kernel of 2, 2 apart, covers 3); all must be whole\n"
        "   = hint: `truncate` gives 2 x 3, `same` gives 3 x 3"
    )
    assert [w.out for w in sliding("truncate").windows((8, 9))] == [2, 3]


def test_a_window_larger_than_its_input():
    with pytest.raises(ShapeError) as caught:
        sliding("truncate").windows((4, 9))
    assert caught.value.render() == (
        "layer `pool2` (dense): its window is larger than its input\n"
        "   = height: (4 - 5 + 2*0)/3 + 1 = 0.67, "
        "width: (9 - 3 + 2*1)/3 + 1 = 3.67 (a kernel of 2, 2 apart, covers 3); each must be at least 1\n"
        "   = hint: `same` gives 2 x 3"
    )


def test_images_have_no_past():
    with pytest.raises(InvalidValue) as caught:
        sliding("causal").windows((8, 9))
    assert caught.value.render() == (
        "layer `pool2` (dense) has no past: `causal` is for sequences\n   = hint: use same, truncate or strict"
    )


def test_a_deconvolution_that_leaves_nothing():
    with pytest.raises(ShapeError) as caught:
        sliding("truncate", padding=(0, 3)).spread((2, 2))
    assert caught.value.render() == (
        "layer `pool2` (dense) cuts off all of its output\n"
        "   = height: 3*(2 - 1) + 5 - 2*0 = 8, width: 3*(2 - 1) + 3 - 2*3 = 0; each must be at least 1\n"
        "   = hint: write a smaller padding"
    )
