import numpy as np
from contract import check_json, check_loss

from dl4py.losses.sparse_mcxent import SparseMultiClassCrossEntropy

Y = np.array([[0.2, 0.5, 0.3], [0.7, 0.1, 0.2], [0.05, 0.15, 0.8]])


def test_contract():
    check_loss(SparseMultiClassCrossEntropy(), Y, np.array([[1.0], [0.0], [2.0]]), lambda y, t: -np.log(y[int(t[0])]))


def test_labels_are_one_column():
    assert SparseMultiClassCrossEntropy().labels_size(7) == 1


def test_json():
    check_json(SparseMultiClassCrossEntropy(), "LossSparseMCXENT", '{"softmaxClipEps":1.0E-10}')
