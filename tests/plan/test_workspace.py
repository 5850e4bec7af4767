from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from dl4py.plan import Array, Call, assign


@dataclass
class Named:
    name: str = "kernel"


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=4), min_size=1, max_size=30), st.data())
def test_no_two_living_arrays_overlap(steps, data):
    arrays = [Array((data.draw(st.integers(1, 200)),)) for _ in range(10)]
    arrays[3].kept = True
    calls = [Call(Named(), tuple(arrays[i] for i in step), (), "") for step in steps]
    layout = assign(calls, "float32")
    for p in layout.places:
        assert p.offset % 64 == 0
        assert p.offset + p.bytes <= layout.total <= layout.unshared
        for q in layout.places:
            if p is not q and p.born <= q.dies and q.born <= p.dies:
                assert p.offset + p.bytes <= q.offset or q.offset + q.bytes <= p.offset


def test_without_sharing_each_has_its_own():
    arrays = [Array((16,)) for _ in range(3)]
    calls = [Call(Named(), (a,), (), "") for a in arrays]
    assert assign(calls, "float32").total == 64
    assert assign(calls, "float32", share=False).total == 192
