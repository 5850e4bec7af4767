"""Against the formulas of Keras' documentation; training with them: test_state."""

import math

import pytest

from dl4py.compatibility import Compatibility
from dl4py.errors import UnsupportedFeature
from dl4py.formats.keras.schedules import rate_of
from dl4py.schedules.base import SCHEDULES


def values(name, **config):
    rate = rate_of({"learning_rate": {"class_name": name, "config": config}}, "m.keras")
    schedule = SCHEDULES.get(rate.pop("type"))(**rate)
    return [schedule.at(i, 0, Compatibility("exact")) for i in range(40)]


def test_a_number_stays_a_number():
    assert rate_of({"learning_rate": 0.5}, "m.keras") == 0.5
    assert rate_of({"lr": 0.25, "decay": 0.0}, "m.keras") == 0.25


def test_exponential_decay():
    config = {"initial_learning_rate": 0.2, "decay_steps": 10, "decay_rate": 0.5}
    assert values("ExponentialDecay", **config) == pytest.approx([0.2 * 0.5 ** (i / 10) for i in range(40)])
    assert values("ExponentialDecay", **config, staircase=True) == pytest.approx(
        [0.2 * 0.5 ** (i // 10) for i in range(40)]
    )


def test_inverse_time_decay():
    config = {"initial_learning_rate": 0.2, "decay_steps": 10, "decay_rate": 0.5}
    assert values("InverseTimeDecay", **config) == pytest.approx([0.2 / (1 + 0.5 * i / 10) for i in range(40)])


def test_decay_of_old_optimizers():
    rate = rate_of({"lr": 0.2, "decay": 0.1}, "m.h5")
    schedule = SCHEDULES.get(rate.pop("type"))(**rate)
    assert schedule.at(7, 0, Compatibility("exact")) == pytest.approx(0.2 / (1 + 0.1 * 7))


def test_piecewise_constant_decay_keeps_the_value_at_the_boundary():
    found = values("PiecewiseConstantDecay", boundaries=[9, 19], values=[1.0, 0.5, 0.25])
    assert found == [1.0] * 10 + [0.5] * 10 + [0.25] * 20
    assert math.isclose(found[9], 1.0)


@pytest.mark.parametrize("name", ["CosineDecay", "PolynomialDecay"])
def test_other_schedules_are_refused(name):
    with pytest.raises(UnsupportedFeature) as error:
        values(name)
    assert error.value.render() == (
        f"m.keras: the learning rate schedule {name} has no equal in DL4J\n"
        "   = hint: known: ExponentialDecay, InverseTimeDecay without staircase, PiecewiseConstantDecay"
    )
