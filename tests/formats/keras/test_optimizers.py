import numpy as np
import pytest

from dl4py.errors import UnsupportedFeature
from dl4py.formats.importers.base import TrainsOtherwise
from dl4py.formats.keras.optimizers import Running, rule_of

NEW = (3, 15)
OLD = (2, 4)


def rule(name, version=NEW, **config):
    return rule_of({"optimizer": {"class_name": name, "config": {"learning_rate": 0.01, **config}}}, "m.keras", version)


def warned(name, version=NEW, **config):
    with pytest.warns(TrainsOtherwise) as seen:
        found = rule(name, version, **config)
    return found, [str(w.message).removeprefix("m.keras: training goes on, but not in step: ") for w in seen]


def test_a_model_that_was_not_compiled_has_no_rule():
    assert rule_of(None, "m.keras", NEW) is None
    assert rule_of({"optimizer": "sgd"}, "m.keras", NEW) is None


def test_defaults_are_those_of_keras():
    assert rule("Adam").updater == {
        "type": "adam", "learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7,
    }  # fmt: skip
    assert rule("SGD").updater == {"type": "sgd", "learning_rate": 0.01}
    assert rule("Custom>SGD", momentum=0.5, nesterov=True).updater == {
        "type": "nesterovs", "learning_rate": 0.01, "momentum": 0.5,
    }  # fmt: skip


def test_old_files_hold_one_array_after_the_other():
    pair = (Running("m"), Running("v"))
    assert rule("Adam").groups == (pair,)
    assert rule("Adam", OLD).groups == ((Running("m"),), (Running("v"),))
    assert rule("Adam", (2, 15), is_legacy_optimizer=False).groups == (pair,)
    assert rule("Adam", amsgrad=True).groups == (pair, (Running("v_hat"),))


def test_adagrad_of_today_starts_epsilon_higher():
    found = rule("Adagrad", epsilon=1e-3, initial_accumulator_value=0.5)
    assert found.groups == ((Running("h", first=0.5, shift=1e-3),),)
    g, h = np.float32(0.3), np.float32(0.5)
    theirs = 0.01 * g / np.sqrt(h + g * g + np.float32(1e-3))
    ours = 0.01 * g / (np.sqrt(np.float32(h + 1e-3) + g * g) + np.float32(found.updater["epsilon"]))
    assert abs(ours / theirs - 1) < 1e-6
    assert rule("Adagrad", OLD, epsilon=1e-3).updater["epsilon"] == 1e-3


def test_adadelta_with_a_rate_is_scaled():
    assert rule("Adadelta", learning_rate=1.0).groups == ((Running("msg"), Running("msdx")),)
    found, said = warned("Adadelta", learning_rate=0.001)
    assert found.updater == {"type": "ada_delta", "rho": 0.95, "epsilon": pytest.approx(1e-13)}
    assert found.groups == ((Running("msg"), Running("msdx", scale=pytest.approx(1e-6))),)
    assert said == [
        "Adadelta has the learning rate 0.001, DL4J's `ada_delta` none: it enters by an epsilon of 1e-13, "
        "which also stands in the divisor, there instead of 1e-07"
    ]


def test_weight_decay_and_clipping_are_keys_of_every_layer():
    assert rule("AdamW", weight_decay=0.004).layer == {"weight_decay": 0.004, "weight_decay_bias": 0.004}
    assert rule("Adam", clipnorm=1.0).layer == {
        "gradient_normalization": "clip_l2_per_param_type",
        "gradient_normalization_threshold": 1.0,
    }
    assert rule("Adam", clipvalue=0.5).layer == {
        "gradient_normalization": "clip_element_wise_absolute_value",
        "gradient_normalization_threshold": 0.5,
    }


@pytest.mark.parametrize(
    ("name", "config", "said"),
    [
        ("SGD", {"momentum": 0.9}, "SGD has momentum without Nesterov's correction, DL4J's `nesterovs` has it with"),
        ("RMSprop", {}, "RMSprop adds epsilon 1e-07 under the root, DL4J's `rms_prop` beside it"),
        ("Adamax", {}, "Adamax adds epsilon 1e-07 to its divisor, DL4J's `ada_max` 1e-32"),
        (
            "Nadam",
            {},
            "Nadam corrects the bias of both moments and warms up its momentum, DL4J's `nadam` corrects only the first",
        ),
        ("Adam", {"use_ema": True}, "Keras keeps a running mean of the weights (`use_ema`), DL4J does not"),
        (
            "Adam",
            {"gradient_accumulation_steps": 4},
            "Keras adds up the gradients of several batches (`gradient_accumulation_steps`), DL4J does not",
        ),
        (
            "Adam",
            {"global_clipnorm": 1.0},
            "Keras clips the norm of all gradients together (`global_clipnorm`), DL4J does not",
        ),
    ],
)
def test_what_differs_is_said(name, config, said):
    assert warned(name, **config)[1] == [said]


def test_momentum_and_centering_of_rmsprop_are_said_and_their_arrays_passed_over():
    found, said = warned("RMSprop", OLD, momentum=0.5, centered=True)
    assert said == [
        "RMSprop has `momentum`, DL4J's `rms_prop` has not",
        "RMSprop has `centered`, DL4J's `rms_prop` has not",
    ]
    assert found.groups == ((Running("c"),), (Running(None),), (Running(None),))


def test_an_optimizer_without_equal_is_refused():
    with pytest.raises(UnsupportedFeature) as error:
        rule("Lion")
    assert error.value.render() == (
        "m.keras: the optimizer Lion has no equal in DL4J\n"
        "   = hint: save the model again with model.save(path, include_optimizer=False)"
    )


def test_adadelta_cannot_follow_a_schedule():
    with pytest.raises(UnsupportedFeature) as error:
        rule("Adadelta", OLD, decay=0.1)
    assert str(error.value) == "m.keras: DL4J's `ada_delta` has no learning rate to follow a schedule"
