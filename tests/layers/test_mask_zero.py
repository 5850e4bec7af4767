"""A mask out of the input itself."""

import numpy as np
import pytest

from dl4py.errors import InvalidValue
from dl4py.layers.mask_zero import MaskZero
from dl4py.shapes import Recurrent
from tests.contract import assert_close
from tests.layers.test_lstm import X, formula
from tests.sequences import Alone, check_alone

GIVEN = Recurrent(4, 5)
OWN = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1], [1, 1, 0], [0, 1, 0]], float)
OUTER = np.array([[1, 1, 0], [1, 1, 1], [1, 1, 1], [1, 0, 1], [1, 1, 1]], float)
FED = np.where(OWN[:, :, None] == 1, X, 7.0)
LAYER = MaskZero(masking_value=7.0, underlying={"type": "graves_lstm", "n_out": 3, "activation": "tanh"})


@pytest.mark.parametrize("outer", [None, OUTER], ids=["", "outer"])
def test_own_and_outer_mask(outer):
    alone = Alone(LAYER, GIVEN)
    both = OWN if outer is None else OWN * outer
    found = alone.run(FED, np.ones, mask=outer)
    assert_close(found["y"], formula(FED, **alone.params, mask=both)[0], 1e-9, 1e-12)
    assert outer is None or np.array_equal(found["mask"], outer)
    for name, value in alone.params.items():
        for i in ((0, 0), (2, 7), (1, 12)) if value.ndim == 2 and value.shape[1] > 12 else ():
            sums = []
            for sign in (1e-6, -1e-6):
                moved = value.copy()
                moved[i] += sign
                sums.append(formula(FED, **{**alone.params, name: moved}, mask=both)[0].sum())
            assert_close(found["d" + name][i], (sums[0] - sums[1]) / 2e-6, 1e-4, 1e-7)
    assert not found["dx"][both == 0].any()


def test_nothing_covered():
    check_alone(LAYER, GIVEN, X)


def test_dl4j_drops_the_outer_mask():
    alone = Alone(LAYER, GIVEN, mode="dl4j")
    found = alone.run(FED, mask=OUTER)
    assert_close(found["y"], formula(FED, **alone.params, mask=OWN)[0], 1e-9, 1e-12)
    assert "mask" not in found


@pytest.mark.parametrize("mode", ["exact", "dl4j"])
def test_both_directions_inside(mode):
    """The layer's own mask holds there too, whatever DL4J does with masks of the input."""
    inner = {"type": "bidirectional", "mode": "add", "fwd": {"type": "lstm", "n_out": 3, "activation": "tanh"}}
    alone = Alone(MaskZero(masking_value=7.0, underlying=inner), GIVEN, mode=mode)
    forth, back = ({k[1:]: v for k, v in alone.params.items() if k[0] == side} for side in "fb")
    truth = formula(FED, **forth, mask=OWN)[0] + formula(FED[::-1], **back, mask=OWN[::-1])[0][::-1]
    assert_close(alone.run(FED)["y"], truth, 1e-9, 1e-12)


def test_state_goes_on():
    alone = Alone(LAYER, GIVEN)
    whole, h, _ = formula(FED, **alone.params, mask=OWN)
    states = {"h": np.zeros((3, 3)), "c": np.zeros((3, 3))}
    halves = [alone.run(part, states=states)["y"] for part in (FED[:2], FED[2:])]
    assert_close(np.concatenate(halves), whole, 1e-9, 1e-12)
    assert_close(states["h"], h, 1e-9, 1e-12)


def test_only_recurrent_layers():
    with pytest.raises(InvalidValue) as caught:
        MaskZero(name="a", underlying={"type": "dense", "n_out": 3}).given(GIVEN)
    assert str(caught.value) == "layer `a` masks a recurrent layer, `dense` is none"
    assert caught.value.hint == "take lstm, graves_lstm, simple_rnn or bidirectional"
