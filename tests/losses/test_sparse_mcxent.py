import numpy as np
from contract import assert_close, check_json, check_loss, run, run_scored

from dl4py.activations.softmax import Softmax
from dl4py.losses.sparse_mcxent import SparseMultiClassCrossEntropy

Y = np.array([[0.2, 0.5, 0.3], [0.7, 0.1, 0.2], [0.05, 0.15, 0.8]])


def test_contract():
    check_loss(SparseMultiClassCrossEntropy(), Y, np.array([[1.0], [0.0], [2.0]]), lambda y, t: -np.log(y[int(t[0])]))


def test_labels_are_one_column():
    assert SparseMultiClassCrossEntropy().labels_size(7) == 1


def test_a_number_that_is_no_class_gives_nan():
    loss = SparseMultiClassCrossEntropy()
    for label in (3.0, -1.0):
        labels = np.array([[1.0], [label], [0.0]])
        _, score = run(lambda e, y, t: [loss.emit(e, y, t, None, e.score)], Y, labels)
        assert np.isnan(score[0])


def test_gradient_with_softmax_is_output_less_one_hot():
    z = np.log(Y)
    y, dz, score = run_scored(SparseMultiClassCrossEntropy(), Softmax(), z, np.array([[1.0], [0.0], [2.0]]))
    assert_close(y, Y, 1e-12, 1e-12)
    assert_close(dz, Y - np.eye(3)[[1, 0, 2]], 1e-12, 1e-12)
    assert_close(score, np.array([-np.log(0.5) - np.log(0.7) - np.log(0.8)]), 1e-12, 1e-12)


def test_json():
    check_json(SparseMultiClassCrossEntropy(), "LossSparseMCXENT", '{"softmaxClipEps":1.0E-10}')
