import numpy as np
import pytest
from contract import assert_close, check_json, check_loss, run, run_scored

from dl4py.activations.softmax import Softmax
from dl4py.errors import ShapeError
from dl4py.losses.mcxent import MultiClassCrossEntropy, NegativeLogLikelihood

Y = np.array([[0.2, 0.5, 0.3], [0.7, 0.1, 0.2], [0.05, 0.15, 0.8]])
LABELS = np.array([[0.0, 1.0, 0.0], [0.6, 0.3, 0.1], [0.0, 0.0, 1.0]])


def test_contract():
    check_loss(MultiClassCrossEntropy(), Y, LABELS, lambda y, t: -(t * np.log(y)).sum())


def test_softmax_and_loss_in_one_agree_with_both_apart():
    z = np.array([[0.3, -0.8, 1.4], [-0.5, 0.9, 0.2], [1.1, 0.4, -0.7]])
    loss = MultiClassCrossEntropy(weights=(0.5, 2.0, 1.0))

    def fused(e, zs, labels):
        return loss.emit_fused(e, zs, Softmax(), labels, None, e.score)

    def apart(e, zs, labels):
        y, backward = Softmax().emit(e, zs)
        return [y, backward(loss.emit(e, y, labels, None, e.score))]

    for a, b in zip(run(fused, z, LABELS), run(apart, z, LABELS), strict=True):
        assert_close(a, b, 1e-9, 1e-12)


def test_a_mask_per_output_is_refused_with_softmax():
    with pytest.raises(ShapeError) as error:
        run(
            lambda e, zs, labels, mask: MultiClassCrossEntropy().emit_fused(e, zs, Softmax(), labels, mask, e.score),
            Y, LABELS, np.ones((3, 3)),
        )  # fmt: skip
    assert str(error.value) == (
        "the loss `mcxent` looks at all outputs of an example together, so its mask has one column, found 3"
    )


def test_negative_log_likelihood_is_the_same():
    check_loss(NegativeLogLikelihood(), Y, LABELS, lambda y, t: -(t * np.log(y)).sum())


def test_dl4j_takes_the_labels_of_a_row_to_sum_to_1():
    z, labels = np.log(Y), 2 * LABELS
    _, exact, _ = run_scored(MultiClassCrossEntropy(), Softmax(), z, labels)
    _, dl4j, _ = run_scored(MultiClassCrossEntropy(), Softmax(), z, labels, mode="dl4j")
    assert_close(exact, 2 * Y - labels, 1e-12, 1e-12)
    assert_close(dl4j, Y - labels, 1e-12, 1e-12)


def test_the_clip_bounds_the_score():
    z = np.array([[0.0, 200.0], [200.0, 0.0]])
    loss = MultiClassCrossEntropy(softmax_clip_eps=1e-4)
    _, dz, score = run_scored(loss, Softmax(), z, np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert_close(score, np.array([-np.log(1e-4) - np.log1p(-1e-4)]), 1e-12, 1e-12)
    assert_close(dz, np.array([[-1.0, 1.0], [0.0, 0.0]]), 1e-12, 1e-12)


def test_json():
    check_json(MultiClassCrossEntropy(), "LossMCXENT", '{"softmaxClipEps":1.0E-10}')
    check_json(
        MultiClassCrossEntropy(weights=(0.5, 2.0, 1.0)),
        "LossMCXENT",
        '{"softmaxClipEps":1.0E-10,"weights":{"dataType":"FLOAT","shape":[3],"data":[0.5,2.0,1.0]}}',
    )
    check_json(NegativeLogLikelihood(), "LossNegativeLogLikelihood", '{"softmaxClipEps":1.0E-10}')
