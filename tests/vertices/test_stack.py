import numpy as np
import pytest
from contract import check_vertex

from dl4py.errors import ShapeError
from dl4py.network import Network, NetworkConfig


def test_stack():
    check_vertex({"type": "stack"}, [3, 3], lambda a, b: np.concatenate([a, b]))


def test_unstack():
    check_vertex({"type": "unstack", "from": 1, "stack_size": 3}, [4], lambda x: x[2:4])


def test_rows_must_divide():
    vertices = [
        {"name": "v", "type": "unstack", "from": 0, "stack_size": 3, "inputs": "in"},
        {"type": "output", "n_out": 1},
    ]
    with pytest.raises(ShapeError) as error:
        Network(NetworkConfig(inputs={"in": 2}, vertices=vertices)).output(np.ones((4, 2)))
    assert str(error.value) == "vertex `v` cannot cut 4 rows into 3 equal parts"
