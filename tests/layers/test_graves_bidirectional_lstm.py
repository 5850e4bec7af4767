"""Two LSTMs with peepholes, added."""

import numpy as np
import pytest

from dl4py.errors import UnsupportedFeature
from dl4py.layers.graves_bidirectional_lstm import GravesBidirectionalLstm
from tests.contract import assert_close
from tests.layers.test_lstm import GIVEN, MASK, X, formula
from tests.sequences import Alone, check_alone


@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
def test_contract(mask):
    alone = check_alone(GravesBidirectionalLstm(n_out=3, activation="tanh"), GIVEN, X, mask)
    forth, back = ({k[:-1]: v for k, v in alone.params.items() if k[-1] == side} for side in "FB")
    turned = None if mask is None else mask[::-1]
    truth = formula(X, **forth, mask=mask)[0] + formula(X[::-1], **back, mask=turned)[0][::-1]
    assert_close(alone.run(X, mask=mask)["y"], truth, 1e-9, 1e-12)
    assert [p.name for p in alone.layer.params()] == ["WF", "RWF", "bF", "WB", "RWB", "bB"]


def test_dl4j_sees_masks():
    """The cells' gradient leaks through masked steps, outputs are those of `exact`."""
    binary = np.ceil(MASK)
    ours, theirs = (
        Alone(GravesBidirectionalLstm(n_out=3, activation="tanh"), GIVEN, mode=m) for m in ("exact", "dl4j")
    )
    a, b = (alone.run(X, np.ones, mask=binary) for alone in (ours, theirs))
    assert np.array_equal(a["y"], b["y"])
    assert not np.allclose(a["dWF"], b["dWF"])


def test_no_steps():
    with pytest.raises(UnsupportedFeature) as caught:
        Alone(GravesBidirectionalLstm(name="a", n_out=3), GIVEN).run(X, states={})
    assert str(caught.value) == (
        "layer `a` (graves_bidirectional_lstm) reads sequences from their end, so it cannot go on step by step"
    )
