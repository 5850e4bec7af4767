import pytest

from dl4py.evaluation.decimals import fixed, scientific

# Worked out by hand from the rule: the shortest decimal of the double, half rounded up.
SCIENTIFIC = {
    0.000125: "1.3e-04", 0.25: "2.5e-01", 99.5: "1.0e+02", 0.0: "0.0e+00", -1.25: "-1.3e+00", 1.45: "1.5e+00",
    1e100: "1.0e+100", float("inf"): "Infinity", float("-inf"): "-Infinity", float("nan"): "NaN",
}  # fmt: skip
FIXED = {0.90625: "0.9063", 0.5: "0.5000", 1.0: "1.0000", 0.99995: "1.0000", float("nan"): "NaN"}


@pytest.mark.parametrize(("value", "text"), SCIENTIFIC.items())
def test_scientific(value, text):
    assert scientific(value, 1) == text


@pytest.mark.parametrize(("value", "text"), FIXED.items())
def test_fixed(value, text):
    assert fixed(value, 4) == text
