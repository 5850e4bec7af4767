"""What they do in training is compared in test_state (constraints.keras)."""

import pytest

from dl4py.formats.importers.base import TrainsOtherwise
from dl4py.formats.keras.constraints import constraints_of


def named(kind, **config):
    return {"class_name": kind, "config": config}


def test_a_layer_without_constraints_has_no_key():
    assert constraints_of({"kernel_constraint": None}, "dense", "m.keras") == {}


def test_constraints_of_kernel_and_bias():
    config = {"kernel_constraint": named("MaxNorm", max_value=2, axis=0), "bias_constraint": named("NonNeg")}
    assert constraints_of(config, "dense", "m.keras") == {
        "constraints": [
            {"type": "max_norm", "max_norm": 2.0, "dimensions": [0], "epsilon": 1e-7, "params": ["weights"]},
            {"type": "non_negative", "params": ["biases"]},
        ]
    }


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"bias_constraint": named("UnitNorm", axis=0)}, "`dense` has the bias constraint UnitNorm, DL4J has no equal"),
        ({"kernel_constraint": named("Mine")}, "`dense` has the kernel constraint Mine, DL4J has no equal"),
    ],
)
def test_what_has_no_equal_is_said(config, said):
    with pytest.warns(TrainsOtherwise) as seen:
        assert constraints_of(config, "dense", "m.keras") == {}
    assert [str(w.message) for w in seen] == [f"m.keras: training goes on, but not in step: {said}"]
