import numpy as np
from contract import check_vertex


def test_contract():
    check_vertex({"type": "merge"}, [3, 2, 4], lambda *xs: np.concatenate(xs, axis=1))
