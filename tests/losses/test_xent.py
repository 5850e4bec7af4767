import numpy as np
import pytest
import scipy.special
from contract import assert_close, check_json, check_loss, run
from pydantic import ValidationError

from dl4py.activations.softmax import Softmax
from dl4py.losses.xent import BinaryCrossEntropy
from dl4py.plan import Emitter

Y = np.array([[0.2, 0.5, 0.3], [0.7, 0.1, 0.2], [0.05, 0.15, 0.8]])
LABELS = np.array([[0.0, 1.0, 0.0], [0.6, 0.3, 0.1], [0.0, 0.0, 1.0]])


def test_contract():
    check_loss(BinaryCrossEntropy(), Y, LABELS, lambda y, t: -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum())


def test_dl4j_scores_one_half_with_softmax():
    z = np.array([[0.3, -0.8, 1.4], [-0.5, 0.9, 0.2], [1.1, 0.4, -0.7]])

    def fused(e, zs, labels):
        return BinaryCrossEntropy().emit_fused(e, zs, Softmax(), labels, None, e.score)

    *_, score = run(fused, z, LABELS, mode="dl4j")
    assert_close(score, np.array([-(LABELS * np.log(scipy.special.softmax(z, axis=1))).sum()]), 1e-9, 1e-12)
    assert BinaryCrossEntropy().emit_fused(Emitter(3), None, Softmax(), None, None, None) is None


def test_clip_is_a_share():
    for wrong in (-0.1, 0.6):
        with pytest.raises(ValidationError):
            BinaryCrossEntropy(clip_eps=wrong)
    assert BinaryCrossEntropy(clip_eps=0.0).clip_eps == 0.0


def test_the_clip_bounds_score_and_gradient():
    loss = BinaryCrossEntropy(clip_eps=1e-3)
    dy, score = run(lambda e, y, t: [loss.emit(e, y, t, None, e.score)], np.array([[0.0, 1.0]]), np.array([[1.0, 1.0]]))
    assert_close(score, np.array([-np.log(1e-3) - np.log(1 - 1e-3)]), 1e-12, 1e-12)
    assert_close(dy, np.array([[-1 / 1e-3, -1 / (1 - 1e-3)]]), 1e-12, 1e-12)


def test_json():
    check_json(BinaryCrossEntropy(), "LossBinaryXENT", '{"clipEps":1.0E-5}')
    check_json(
        BinaryCrossEntropy(weights=(0.5, 2.0, 1.0)),
        "LossBinaryXENT",
        '{"clipEps":1.0E-5,"weights":{"dataType":"FLOAT","shape":[3],"data":[0.5,2.0,1.0]}}',
    )
