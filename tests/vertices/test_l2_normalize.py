import numpy as np
from contract import check_vertex


def test_contract():
    check_vertex({"type": "l2_normalize"}, [4], lambda x: x / np.linalg.norm(x, axis=1, keepdims=True))
