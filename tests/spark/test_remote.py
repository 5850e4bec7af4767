import numpy as np
import pytest

from dl4py.spark.remote import Remote


class Told:
    """Shards in this process that obey at once."""

    def __init__(self):
        self.vectors, self.last = [{} for _ in range(2)], 0

    def tell(self, word, *rest):
        for v in self.vectors:
            if word == "make":
                v[rest[0]] = rest[1].copy()
            elif word == "copy":
                v[rest[0]] = v[rest[1]].copy()
            elif word == "plus":
                v[rest[0]] = v[rest[1]] + rest[2] * v[rest[3]]
            elif word == "add":
                v[rest[0]] += rest[1] * v[rest[2]]
            elif word == "scale":
                v[rest[0]] *= rest[1]

    def ask(self, word, x, y):
        return [v[x] @ v[y] for v in self.vectors]

    def number(self):
        self.last += 1
        return self.last

    def forget(self, name):
        for v in self.vectors:
            del v[name]


def test_arithmetic_is_that_of_arrays_and_leaves_nothing_behind():
    shards = Told()
    a, b = np.array([1.0, -2.0, 4.0]), np.array([0.5, 3.0, 1.0])
    x, y = (Remote.made(shards, "make", values) for values in (a, b))
    z = x + 2.0 * y
    z -= 0.5 * x
    z += y
    z *= 3.0
    w = z.copy() - x
    expected = 3.0 * (a + 2.0 * b - 0.5 * a + b) - a
    np.testing.assert_allclose(shards.vectors[0][w.name], expected)
    assert w @ y == pytest.approx(2 * expected @ b)  # two shards of the same values
    del x, y, z, w
    assert shards.vectors == [{}, {}]
