from contract import check_vertex


def test_scale():
    check_vertex({"type": "scale", "scale_factor": -1.7}, [4], lambda x: -1.7 * x)


def test_shift():
    check_vertex({"type": "shift", "shift_factor": 0.4}, [4], lambda x: x + 0.4)
