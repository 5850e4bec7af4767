import numpy as np
import pytest

from dl4py.spark.exact import back, exponent, rung_of, whole


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_sums_do_not_depend_on_the_order(kind):
    random = np.random.default_rng(3)
    terms = [(random.normal(size=500) * 10.0 ** random.integers(-9, 3)).astype(kind) for _ in range(64)]
    rung = max(rung_of(float(np.abs(term).max())) for term in terms)
    shift = exponent(rung, len(terms))
    sums = [sum(whole(terms[i], shift) for i in random.permutation(64)) for _ in range(3)]
    assert (sums[0] == sums[1]).all()
    assert (sums[0] == sums[2]).all()
    exact = np.sum([np.longdouble(term) for term in terms], axis=0)
    largest = max(np.abs(term).max() for term in terms)
    np.testing.assert_allclose(back(sums[0], shift, np.dtype("float64")), exact, rtol=0, atol=64 * largest * 2.0**-46)


@pytest.mark.parametrize("value", [0.0, 1e-300, 0.99, 1.0, 255.0, 256.0, 1e30])
def test_rungs_are_above_their_values_and_as_low_as_can_be(value):
    rung = rung_of(value)
    assert value < 2.0**rung
    assert rung % 8 == 0
    assert value == 0.0 or value >= 2.0 ** (rung - 8)


def test_the_largest_sum_fits():
    shift = exponent(8, 1000)
    largest = np.array([np.nextafter(256.0, 0.0)])
    assert (sum(whole(largest, shift) for _ in range(1000)) > 0).all()
