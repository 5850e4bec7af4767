import numpy as np
import pytest
from contract import Case, assert_close, check_json, check_layer, generator
from spatial import check_gradient

from dl4py.errors import ShapeError
from dl4py.layers.center_loss_output import CenterLossOutput
from dl4py.network import Network, NetworkConfig

CASES = [
    Case(CenterLossOutput(n_out=3, loss="mse", activation="tanh", lambda_=0.3)),
    Case(CenterLossOutput(n_out=3, has_bias=False, lambda_=0.0)),
]
LABELS = np.eye(3)[[0, 1, 1, 0, 1, 0]]  # nobody belongs to the third class


def network(mode="exact", **keys):
    layers = [
        {"type": "dense", "n_out": 5, "activation": "tanh"},
        {"type": "center_loss_output", "n_out": 3, "alpha": 0.3, "lambda": 0.4, **keys},
    ]
    spec = {"seed": 3, "data_type": "double", "compatibility": mode, "input": 4, "layers": layers}
    return Network(NetworkConfig.model_validate(spec))


def centres(net):
    slot = next(slot for slot in net.parameters.slots if slot.param.name == "cL")
    return net.parameter(slot)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


def test_score_and_gradient():
    net = network()
    centres(net)[:] = generator(4).normal(size=(3, 5))
    x = generator(1).normal(size=(6, 4))
    check_gradient(net, x, LABELS)
    found = net.activations(x)
    far = ((found["layer0"] - LABELS @ centres(net)) ** 2).sum()
    truth = (-(LABELS * np.log(found["layer1"])).sum() + 0.2 * far) / 6
    assert net.score(x, LABELS) == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize(("mode", "share"), [("exact", 1.0), ("dl4j", 1 / 6)])
def test_centres_follow_their_examples(mode, share):
    net = network(mode, updater={"type": "sgd", "learning_rate": 7.0}, l2=3.0)
    before = centres(net)[:] = generator(4).normal(size=(3, 5))
    x = generator(1).normal(size=(6, 4))
    inside = net.activations(x)["layer0"]
    net.fit(x, LABELS)
    for j in range(3):
        away = before[j] - inside[LABELS[:, j] == 1]
        step = 0.3 * away.sum(axis=0) / (1 + len(away))
        assert_close(centres(net)[j], before[j] - share * step, 1e-9, 1e-12)


def test_centres_that_follow_the_gradient():
    net = network(gradient_check=True, alpha=1.0)
    centres(net)[:] = generator(4).normal(size=(3, 5))
    x = generator(1).normal(size=(6, 4))
    slot = next(slot for slot in net.parameters.slots if slot.param.name == "cL")
    gradient = net.gradient(x, LABELS)
    for i in range(slot.offset, slot.stop):
        kept, scores = net.params[i], []
        for step in (1e-6, -1e-6):
            net.params[i] = kept + step
            scores.append(net.score(x, LABELS))
        net.params[i] = kept
        assert_close(gradient[i : i + 1], np.array([(scores[0] - scores[1]) / 2e-6 * 6]), 1e-3, 1e-7)


def test_masked_examples_belong_to_no_centre():
    mask = np.array([1, 1, 0, 1, 0, 1], float)[:, None]
    net, alone = network(), network()
    for one in (net, alone):
        centres(one)[:] = generator(4).normal(size=(3, 5))
    x, y = generator(1).normal(size=(6, 4)), LABELS.copy()
    check_gradient(net, x, y, label_mask=mask)
    y[mask[:, 0] == 0] = np.nan
    seen = mask[:, 0] == 1
    gradient = net.gradient(x, y, label_mask=mask)
    assert_close(gradient, alone.gradient(x[seen], LABELS[seen]), 1e-9, 1e-12)
    with pytest.raises(ShapeError) as found:
        net.score(x, y, label_mask=np.ones((6, 3)))
    assert found.value.render() == (
        "layer `layer1` (center_loss_output) looks at whole examples, so its label mask has one column, found 3"
    )


def test_json():
    check_json(
        CenterLossOutput(n_in=5, n_out=3, alpha=0.1, lambda_=0.01, name="layer1"),
        "CenterLossOutputLayer",
        '{"activationFn":{"@class":"org.nd4j.linalg.activations.impl.ActivationSoftmax"},"alpha":0.1,"biasInit":0.0,'
        '"biasUpdater":null,"constraints":null,"gainInit":1.0,"gradientCheck":false,"gradientNormalization":"None",'
        '"gradientNormalizationThreshold":1.0,"hasBias":true,"idropout":null,"iupdater":{"@class":'
        '"org.nd4j.linalg.learning.config.Sgd","learningRate":0.001},"lambda":0.01,"layerName":"layer1","lossFn":'
        '{"@class":"org.nd4j.linalg.lossfunctions.impl.LossMCXENT","softmaxClipEps":1e-10},"nin":5,"nout":3,'
        '"regularization":[],"regularizationBias":[],"timeDistributedFormat":null,"weightInitFn":{"@class":'
        '"org.deeplearning4j.nn.weights.WeightInitXavier"},"weightNoise":null}',
    )
