import numpy as np
import pytest
from contract import check_face, check_json, generator, output_mask

from dl4py.errors import ShapeError
from dl4py.preprocessors.reshape import Reshape
from dl4py.shapes import Convolutional, Convolutional3D, FeedForward, Recurrent


@pytest.mark.parametrize(
    ("step", "given", "size", "made"),
    [
        (Reshape(input_shape=(2, 3), target_shape=(6,)), Recurrent(2, 3), (4, 2, 3), FeedForward(6)),
        (Reshape(input_shape=(6,), target_shape=(3, 2)), FeedForward(6), (4, 6), Recurrent(2, 3, "NWC")),
        (Reshape(input_shape=(6,), target_shape=(3, 2), format="ncw"), FeedForward(6), (4, 6), Recurrent(3, 2)),
        (
            Reshape(input_shape=(12,), target_shape=(2, 3, 2), format="nchw"),
            FeedForward(12),
            (4, 12),
            Convolutional(2, 2, 3, "NHWC"),
        ),
        (
            Reshape(input_shape=(2, 4, 3), target_shape=(4, 3, 2)),
            Convolutional(2, 4, 3),
            (5, 2, 4, 3),
            Convolutional(4, 3, 2),
        ),
        (
            Reshape(input_shape=(2, 4, 3), target_shape=(4, 3, 2), format="nhwc"),
            Convolutional(3, 2, 4, "NHWC"),
            (5, 2, 4, 3),
            Convolutional(2, 4, 3, "NHWC"),
        ),
        (
            Reshape(input_shape=(5, 24), target_shape=(5, 2, 2, 3, 2), has_mini_batch_dimension=True),
            FeedForward(24),
            (5, 24),
            Convolutional3D(2, 2, 2, 3, "NDHWC"),
        ),
    ],
)
def test_values_stay_in_the_order_of_dl4j(step, given, size, made):
    assert step.output_shape(given) == made
    check_face(step, [given], [generator().normal(size=size)], lambda x: x.reshape(len(x), *made.array))


def test_masks():
    images = Reshape(input_shape=(6,), target_shape=(1, 2, 3))
    assert np.array_equal(output_mask(images, [FeedForward(6)], np.ones((4, 1))), np.ones((4, 1, 1, 1)))
    rows = Reshape(input_shape=(2, 3), target_shape=(6,))
    assert output_mask(rows, [Recurrent(2, 3)], np.ones((3, 4))) is None
    same = Reshape(input_shape=(2, 3), target_shape=(3, 2))
    assert np.array_equal(output_mask(same, [Recurrent(2, 3)], np.ones((3, 4))), np.ones((3, 4)))


def test_json():
    keys = '{"hasMiniBatchDimension":false,"inputShape":[4],"targetShape":[2,2],"format":"NCW"}'  # printed by DL4J M2.1
    check_json(Reshape(input_shape=(4,), target_shape=(2, 2), format="ncw"), "ReshapePreprocessor", keys)


def test_other_sizes_are_refused():
    with pytest.raises(ShapeError) as error:
        Reshape(input_shape=(6,), target_shape=(2, 2)).output_shape(FeedForward(6))
    assert str(error.value) == "`reshape` makes 2 x 2 = 4 values of an example that has 6"
