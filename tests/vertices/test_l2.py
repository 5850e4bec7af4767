import numpy as np
from contract import check_vertex


def test_contract():
    check_vertex({"type": "l2"}, [3, 3], lambda a, b: np.linalg.norm(a - b, axis=1, keepdims=True))
