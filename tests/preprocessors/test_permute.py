import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.preprocessors.permute import Permute
from dl4py.shapes import Convolutional, FeedForward, Recurrent


@pytest.mark.parametrize(
    ("axes", "given", "size", "made"),
    [
        ((2, 1), Recurrent(2, 5), (3, 2, 5), Recurrent(5, 2)),
        ((2, 1), Recurrent(2, 5, "NWC"), (3, 5, 2), Recurrent(5, 2, "NWC")),
        ((2, 3, 1), Convolutional(2, 3, 4), (5, 2, 3, 4), Convolutional(3, 4, 2)),
        ((3, 1, 2), Convolutional(2, 3, 4, "NHWC"), (5, 3, 4, 2), Convolutional(4, 2, 3, "NHWC")),
        ((0, 2, 1), Recurrent(2, 5), (3, 2, 5), Recurrent(5, 2)),  # as DL4J writes it after a run
        ((1,), FeedForward(4), (3, 4), FeedForward(4)),
    ],
)
def test_axes_change_places(axes, given, size, made):
    step = Permute(permutation_indices=axes)
    assert step.output_shape(given) == made
    check_face(step, [given], [generator().normal(size=size)], lambda x: x.transpose(axes if 0 in axes else (0, *axes)))


def test_masks():
    turned = Permute(permutation_indices=(2, 1))
    assert output_mask(turned, [Recurrent(2, 5)], np.ones((5, 3))) is None
    same = Permute(permutation_indices=(1, 2))
    assert np.array_equal(output_mask(same, [Recurrent(2, 5)], np.ones((5, 3))), np.ones((5, 3)))


def test_json():
    check_json(Permute(permutation_indices=(2, 1)), "PermutePreprocessor", '{"permutationIndices":[2,1]}')


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Convolutional(2, 3, 4), "`permute` orders the axes [2, 1], an example has 3 (images of 2 x 3 x 4 (NCHW))"),
        (Recurrent(2), "`permute` turns steps into features, but their number is not known"),
    ],
)
def test_what_does_not_fit(given, expected):
    with pytest.raises(ShapeError) as error:
        Permute(permutation_indices=(2, 1)).output_shape(given)
    assert str(error.value) == expected
