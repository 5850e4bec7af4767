import pytest
from contract import check_face, check_json, check_vertex, generator

from dl4py.shapes import Convolutional, Recurrent
from dl4py.vertices.scale import Scale, Shift


def test_scale():
    check_vertex({"type": "scale", "scale_factor": -1.7}, [4], lambda x: -1.7 * x)


def test_shift():
    check_vertex({"type": "shift", "shift_factor": 0.4}, [4], lambda x: x + 0.4)


@pytest.mark.parametrize("given", [Recurrent(2, 5), Convolutional(2, 3, 4)])
def test_every_rank(given):
    x = generator().normal(size=(3, *given.array))
    check_face(Scale(scale_factor=1.7), [given], [x], lambda x: 1.7 * x)
    check_face(Shift(shift_factor=0.4), [given], [x], lambda x: x + 0.4)


def test_json():
    check_json(Scale(scale_factor=1.7), "ScaleVertex", '{"scaleFactor":1.7}')  # case vertex-scale-shift
    check_json(Shift(shift_factor=0.4), "ShiftVertex", '{"shiftFactor":0.4}')
