from contract import check_vertex


def test_contract():
    check_vertex({"type": "subset", "from": 1, "to": 3}, [5], lambda x: x[:, 1:4])
