"""Loose learning rates of DL4J 0.x as updaters with schedules."""

import math

import oldzip
import pytest

from dl4py.compatibility import Compatibility
from dl4py.errors import UnsupportedFeature
from dl4py.formats.dl4j.json import from_json
from dl4py.formats.dl4j.legacy.era import LegacyWarning
from dl4py.formats.dl4j.legacy.updaters import by_role, is_bias, updaters
from dl4py.schedules.base import rate_at


def made(around=None, first=False, **keys):
    return updaters(around or {}, oldzip.body(**keys), first, "a")


@pytest.mark.parametrize(
    ("keys", "name", "values"),
    [
        ({"updater": "SGD"}, "sgd", {"learning_rate": 0.1}),
        ({"updater": "ADAM", "adamMeanDecay": 0.8, "adamVarDecay": 0.99, "epsilon": 1e-6}, "adam",
         {"learning_rate": 0.1, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6}),
        ({"updater": "ADAM"}, "adam", {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
        ({"updater": "ADAMAX", "adamMeanDecay": 0.8}, "ada_max", {"beta1": 0.8, "beta2": 0.999}),
        ({"updater": "NADAM", "adamVarDecay": 0.9}, "nadam", {"beta2": 0.9}),
        ({"updater": "ADADELTA", "rho": 0.8, "epsilon": 1e-5}, "ada_delta", {"rho": 0.8, "epsilon": 1e-5}),
        ({"updater": "NESTEROVS", "momentum": 0.7}, "nesterovs", {"learning_rate": 0.1, "momentum": 0.7}),
        ({"updater": "ADAGRAD"}, "ada_grad", {"learning_rate": 0.1, "epsilon": 1e-6}),
        ({"updater": "RMSPROP", "rmsDecay": 0.96}, "rms_prop", {"rms_decay": 0.96, "epsilon": 1e-8}),
        ({"updater": "NONE"}, "no_op", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_words_become_updaters(keys, name, values):
    weights, biases = made(**keys)
    thing = from_json(weights, "a")
    assert thing.type == name
    assert {key: getattr(thing, key) for key in values} == values
    assert biases is None


def test_the_first_version_had_another_momentum():
    assert made(updater="NESTEROVS", first=True)[0]["momentum"] == 0.5


def test_biases_with_a_rate_of_their_own():
    weights, biases = made(biasLearningRate=0.3)
    assert (weights["learningRate"], biases["learningRate"]) == (0.1, 0.3)
    assert made(updater="ADADELTA", biasLearningRate=0.3)[1] is None


def test_the_rate_in_force_stands_by_parameter():
    rates = {"W": 0.05, "RW": 0.05, "b": 0.02}
    weights, biases = made({"learningRateByParam": rates})
    assert (weights["learningRate"], biases["learningRate"]) == (0.05, 0.02)


def test_roles_of_parameters():
    assert [name for name in ("W", "b", "RWF", "bF", "bB", "vb", "e0W", "e0b", "gamma", "beta", "pZXMeanb") if is_bias(name)] == [
        "b", "bF", "bB", "vb", "e0b", "pZXMeanb",
    ]  # fmt: skip
    assert by_role({"W": 0.1, "RW": 0.2, "b": 0.3}, bias=False) is None
    assert by_role({"W": "NaN", "b": 0.3}, bias=True) == 0.3


FACTORS = {
    "Exponential": ({"DecayRate": 0.9}, lambda j: 0.9**j),
    "Inverse": ({"DecayRate": 0.5, "Power": 0.7}, lambda j: 1 / (1 + 0.5 * j) ** 0.7),
    "Step": ({"DecayRate": 0.5, "Steps": 3.0}, lambda j: 0.5 ** (j // 3)),
    "Sigmoid": ({"DecayRate": -0.3, "Steps": 4.0}, lambda j: 1 / (1 + math.exp(0.3 * (j - 4)))),
    "Poly": ({"Power": 2.0}, lambda j: (1 - j / 8) ** 2),
}


@pytest.mark.parametrize("policy", FACTORS)
def test_policies_compound_from_the_iteration_reached(policy):
    keys, factor = FACTORS[policy]
    around = {"learningRatePolicy": policy, "numIterations": 8, "iterationCount": 2}
    around |= {f"lrPolicy{name}": value for name, value in keys.items()}
    rate = from_json(made(around)[0], "a").learning_rate
    wanted = [0.1 * math.prod(factor(j) for j in range(2, i + 1)) for i in range(2, 8)]
    assert [rate_at(rate, i, 0, Compatibility("dl4j")) for i in range(2, 8)] == pytest.approx(wanted)


def test_torch_step_falls_where_the_count_divides_the_steps():
    around = {"learningRatePolicy": "TorchStep", "lrPolicyDecayRate": 0.5, "lrPolicySteps": 6.0}
    rate = from_json(made(around)[0], "a").learning_rate
    assert [rate_at(rate, i, 0, Compatibility()) for i in range(8)] == pytest.approx(
        [0.1, 0.1, 0.05, 0.025, 0.025, 0.025, 0.0125, 0.0125]
    )


def test_tables_of_rates_and_momenta():
    around = {"learningRatePolicy": "Schedule"}
    weights, _ = made(
        around, updater="NESTEROVS", momentum=0.5, learningRateSchedule={"3": 0.01}, momentumSchedule={"2": 0.9}
    )
    updater = from_json(weights, "a")
    assert [rate_at(updater.learning_rate, i, 0, Compatibility()) for i in (0, 2, 3, 9)] == [0.1, 0.1, 0.01, 0.01]
    assert [rate_at(updater.momentum, i, 0, Compatibility()) for i in (0, 1, 2, 9)] == [0.5, 0.5, 0.9, 0.9]


def test_a_policy_that_waits_for_the_score_is_left_out():
    with pytest.warns(LegacyWarning) as caught:
        assert "learningRateSchedule" not in made({"learningRatePolicy": "Score"})[0]
    assert str(caught[0].message) == "a: the learning rate policy Score is left out; the rate stays 0.1"


def test_the_wrong_ada_delta_of_0_5_0_is_said():
    with pytest.warns(LegacyWarning) as caught:
        made(updater="ADADELTA", first=True)
    assert str(caught[0].message) == (
        "a: DL4J 0.5.0 computed AdaDelta wrongly; training goes on with the right formula"
    )


@pytest.mark.parametrize(
    ("around", "keys", "message"),
    [
        ({}, {"updater": "CUSTOM"}, "a: the updater `CUSTOM` of DL4J 0.x is not known here"),
        ({}, {"updater": ["SGD"]}, "a: the updater `['SGD']` of DL4J 0.x is not known here"),
        ({"learningRatePolicy": "Exponential"}, {}, "a: the learning rate policy `Exponential` cannot be read"),
        ({"learningRatePolicy": "Moody"}, {}, "a: the learning rate policy `Moody` cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(around, keys, message):
    with pytest.raises(UnsupportedFeature) as error:
        made(around, **keys)
    assert str(error.value) == message
