import numpy as np
import pytest

from dl4py.data.dataset import Dataset
from dl4py.errors import DataError
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


def test_data_without_labels():
    with pytest.raises(DataError) as error:
        evaluate(network(), Dataset.from_arrays(X))
    assert error.value.render() == ("the data has no labels to compare with\n   = hint: name them with `labels`")


def test_things_that_are_no_data():
    with pytest.raises(DataError) as error:
        evaluate(network(), 5)
    assert str(error.value) == "expected a reader, a data set or arrays (x, y), found int"
