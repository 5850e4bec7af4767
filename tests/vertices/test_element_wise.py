import numpy as np
import pytest
from contract import check_vertex

from dl4py.errors import ShapeError

TRUTH = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "product": lambda a, b: a * b,
    "average": lambda a, b: (a + b) / 2,
    "max": np.maximum,
}


@pytest.mark.parametrize("op", TRUTH)
def test_contract(op):
    check_vertex({"type": "element_wise", "op": op}, [3, 3], TRUTH[op])


def test_three_inputs():
    check_vertex({"type": "element_wise", "op": "product"}, [3, 3, 3], lambda a, b, c: a * b * c)


def test_a_single_column_is_repeated():
    check_vertex({"type": "element_wise", "op": "add"}, [3, 1], lambda a, b: a + b)


def test_widths_must_agree():
    with pytest.raises(ShapeError) as error:
        check_vertex({"type": "element_wise", "op": "add"}, [3, 2], None)
    assert str(error.value) == ("vertex `v` needs inputs of one shape, found rows of 3, rows of 2")
