import pytest

from dl4py.errors import UnsupportedFeature
from dl4py.formats.importers.base import TrainsOtherwise
from dl4py.formats.keras.training import loss_of


def test_names_of_every_form():
    for written in (
        "mse",
        ["mse"],
        {
            "class_name": "MeanSquaredError",
            "config": {"reduction": "sum_over_batch_size", "name": "mean_squared_error"},
        },
        {"class_name": "function", "config": "mean_squared_error"},
    ):
        assert loss_of({"loss": written}, 3, "m.keras") == "mse"
    assert loss_of({"loss": None}, 3, "m.keras") is None


def test_binary_cross_entropy_is_the_mean_over_outputs():
    """DL4J's sums, weighted: real steps are compared in test_state (labels.keras)."""
    third = 1.0 / 3.0
    assert loss_of({"loss": "binary_crossentropy"}, 3, "m.keras") == {
        "type": "xent", "clip_eps": 1e-7, "weights": [third, third, third],
    }  # fmt: skip
    assert loss_of({"loss": "binary_crossentropy"}, 1, "m.keras") == {"type": "xent", "clip_eps": 1e-7}


@pytest.mark.parametrize(
    ("training", "said"),
    [
        ({"loss": "poisson"}, "DL4J's `poisson` sums over the 2 outputs where Keras takes their mean"),
        (
            {"loss": {"class_name": "CategoricalCrossentropy", "config": {"from_logits": True}}},
            "the loss categorical_crossentropy has `from_logits`, DL4J's `mcxent` has not",
        ),
        (
            {"loss": {"class_name": "CategoricalCrossentropy", "config": {"label_smoothing": 0.1}}},
            "the loss categorical_crossentropy has `label_smoothing`, DL4J's `mcxent` has not",
        ),
        (
            {"loss": {"class_name": "MeanSquaredError", "config": {"reduction": "sum"}}},
            "the loss mean_squared_error has the reduction sum, DL4J takes the mean over examples",
        ),
        ({"loss": "mse", "loss_weights": [0.5]}, "the loss is weighted by [0.5], DL4J's is not"),
    ],
)
def test_what_differs_is_said(training, said):
    with pytest.warns(TrainsOtherwise) as seen:
        loss_of(training, 2, "m.keras")
    assert [str(w.message) for w in seen] == [f"m.keras: training goes on, but not in step: {said}"]


def test_the_labels_of_a_hinge_are_said():
    with pytest.warns(TrainsOtherwise) as seen:
        assert loss_of({"loss": "hinge"}, 1, "m.keras") == "hinge"
    assert str(seen[0].message).endswith("DL4J's `hinge` wants labels -1 and 1, Keras takes 0 for -1")


def test_a_loss_without_equal_is_refused():
    with pytest.raises(UnsupportedFeature) as error:
        loss_of({"loss": "huber"}, 1, "m.keras")
    assert error.value.render() == (
        "m.keras: the loss huber has no equal in DL4J\n"
        "   = hint: save the model again with model.save(path, include_optimizer=False)"
    )
