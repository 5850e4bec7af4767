import pytest
from pydantic import TypeAdapter, ValidationError

from dl4py.layers.images import Ends, Faces, Sides, resized, resized_by, sizes
from dl4py.shapes import Convolutional, Convolutional3D, Recurrent


@pytest.mark.parametrize(
    ("border", "value", "sides"),
    [
        (Ends, 2, (2, 2)),
        (Ends, [1, 2], (1, 2)),
        (Sides, 1, (1, 1, 1, 1)),
        (Sides, [1, 2], (1, 1, 2, 2)),
        (Sides, [1, 2, 3, 4], (1, 2, 3, 4)),
        (Sides, ((1, 2), (3, 4)), (1, 2, 3, 4)),
        (Faces, [1, 2, 3], (1, 1, 2, 2, 3, 3)),
    ],
)
def test_borders(border, value, sides):
    assert TypeAdapter(border).validate_python(value) == sides


@pytest.mark.parametrize(("border", "value"), [(Sides, [1, 2, 3]), (Sides, -1), (Ends, [1, 2, 3]), (Ends, True)])
def test_borders_that_are_none(border, value):
    with pytest.raises(ValidationError):
        TypeAdapter(border).validate_python(value)


def test_sizes():
    assert resized(Convolutional(1, 2, 3, "NHWC"), (4, 5), 6) == Convolutional(6, 4, 5, "NHWC")
    assert resized(Convolutional3D(1, 2, 3, 4), (4, 5, 6)) == Convolutional3D(1, 4, 5, 6)
    assert resized_by(Recurrent(2, 5, "NWC"), (1, 2), -1) == Recurrent(2, 2, "NWC")
    assert sizes(resized_by(Recurrent(2), (1, 2))) == (None,)
