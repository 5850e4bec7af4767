import numpy as np
import pytest

from dl4py.data.batch import Batch
from dl4py.data.dataset import Dataset
from dl4py.data.normalizers.standardize import Standardize
from dl4py.errors import DataError, InvalidValue
from dl4py.evaluation import Evaluation, RegressionEvaluation, evaluate
from dl4py.evaluation.roc import ROC, Roc
from dl4py.network import Network, NetworkConfig

RNG = np.random.default_rng(3)
X = RNG.normal(size=(10, 4)).astype(np.float32)
CLASSES = np.eye(3, dtype=np.float32)[RNG.integers(0, 3, 10)]


def network(**output):
    layer = {"type": "output", "n_out": 3, **output}
    return Network(NetworkConfig.model_validate({"input": 4, "seed": 1, "layers": [layer]}))


def test_a_loss_of_probabilities_is_judged_as_classification():
    net = network()
    figures = evaluate(net, (X, CLASSES), batch_size=4)
    assert type(figures) is Evaluation
    assert figures.accuracy == (net.output(X).argmax(axis=1) == CLASSES.argmax(axis=1)).mean()
    assert figures.loss == pytest.approx(-np.log(net.output(X)[CLASSES == 1]).mean(), rel=1e-5)


def test_a_loss_of_distances_is_judged_as_regression():
    net, y = network(loss="mse", activation="identity"), RNG.normal(size=(10, 3)).astype(np.float32)
    figures = evaluate(net, (X, y), batch_size=3)
    assert type(figures) is RegressionEvaluation
    assert np.allclose(figures.mse, ((net.output(X) - y) ** 2).mean(axis=0), rtol=1e-5)


def test_other_figures_are_asked_for_by_their_judgement():
    net = network()
    figures, by_hand = evaluate(net, (X, CLASSES), judgement=Roc()), ROC()
    by_hand.add(CLASSES, net.output(X))
    assert figures.as_dict() == by_hand.as_dict()


@pytest.mark.parametrize("shape", [(10,), (10, 1)])
def test_what_a_label_mask_covers_is_left_out(shape):
    net, mask = network(), (np.arange(10) % 3 > 0).astype(np.float32)
    data = Dataset((X,), (CLASSES,), label_masks=(mask.reshape(shape),))
    masked, kept = evaluate(net, data, batch_size=4), evaluate(net, (X[mask > 0], CLASSES[mask > 0]))
    assert np.array_equal(masked.confusion, kept.confusion)
    assert masked.loss * 10 == pytest.approx(kept.loss * mask.sum(), rel=1e-5)  # DL4J divides by all examples


def test_labels_that_were_normalized_are_judged_in_their_own_units():
    net, y = network(loss="mse", activation="identity"), (5.0 + 2.0 * RNG.normal(size=(10, 3))).astype(np.float32)
    net.normalizer = Standardize(fit_labels=True).fit([Batch((X,), (y,))])
    scaled = net.output((X - X.mean(axis=0)) / X.std(axis=0))
    expected = ((scaled * y.std(axis=0) + y.mean(axis=0) - y) ** 2).mean(axis=0)
    figures = evaluate(net, (X, y), batch_size=3)
    assert np.allclose(figures.mse, expected, rtol=1e-4)
    assert figures.loss == pytest.approx((expected / y.var(axis=0)).mean(), rel=1e-4)


def test_data_without_labels():
    with pytest.raises(DataError) as error:
        evaluate(network(), Dataset.from_arrays(X))
    assert error.value.render() == ("the data has no labels to compare with\n   = hint: name them with `labels`")


def test_things_that_are_no_data():
    with pytest.raises(DataError) as error:
        evaluate(network(), 5)
    assert str(error.value) == "expected a reader, a data set or arrays (x, y), found int"


def test_each_output_is_judged_by_its_own_labels():
    number = RNG.normal(size=(10, 1)).astype(np.float32)
    vertices = [
        {"name": "kind", "type": "output", "n_out": 3, "inputs": ["x"]},
        {"name": "amount", "type": "output", "n_out": 1, "activation": "identity", "loss": "mse", "inputs": ["x"]},
    ]
    graph = {"inputs": {"x": 4}, "vertices": vertices, "outputs": ["kind", "amount"], "seed": 1}
    net = Network(NetworkConfig.model_validate(graph))
    data = Dataset((X,), (CLASSES, number), ("a", "b", "c"))
    assert evaluate(net, data).labels == ["a", "b", "c"]
    figures = evaluate(net, data, output="amount", batch_size=3)
    assert type(figures) is RegressionEvaluation
    assert np.allclose(figures.mse, ((net.output(X)[1] - number) ** 2).mean(axis=0), rtol=1e-5)
    assert figures.as_dict() == evaluate(net, data, output=1, batch_size=3).as_dict()
    with pytest.raises(InvalidValue) as error:
        evaluate(net, data, output="number")
    assert (str(error.value), error.value.hint) == (
        "the network has no output `number`",
        "its outputs: kind, amount",
    )
    with pytest.raises(DataError) as lacking:
        evaluate(net, (X, CLASSES), output="amount")
    assert str(lacking.value) == "the data has no labels to compare with"
