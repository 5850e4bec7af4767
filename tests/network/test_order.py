import pytest

from dl4py.network.order import hash_set_order, topological


def test_a_chain_and_a_diamond():
    order, stuck = topological(["in"], {"d": ["b", "c"], "c": ["in"], "b": ["in"]})
    assert order == ["in", "c", "b", "d"]
    assert stuck == []


def test_a_cycle_is_what_remains():
    order, stuck = topological(["in"], {"a": ["in"], "b": ["c"], "c": ["b"]})
    assert order == ["in", "a"]
    assert stuck == ["b", "c"]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([15, 17], [17, 15]),  # 17 falls into bucket 1 of 16
        ([3, 1, 2], [1, 2, 3]),
        (list(range(20, 33)), [32, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]),
    ],
)
def test_ties_fall_as_in_javas_hash_set(numbers, expected):
    assert hash_set_order(numbers) == expected
