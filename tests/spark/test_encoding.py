import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dl4py.spark.encoding import Encoder, bitmap_message, decode, threshold_message, touched
from dl4py.spark.thresholds.adaptive import Adaptive
from dl4py.spark.thresholds.fixed import Fixed
from dl4py.spark.thresholds.target_sparsity import TargetSparsity


def test_the_threshold_layout():
    residual = np.array([0.0, 0.5, -0.7, 0.49, -0.5], np.float32)
    message = threshold_message(residual, 0.5)
    assert message.dtype == np.int32
    assert message.tolist() == [3, 5, 0x3F000000, 0, 2, -3, -5]
    np.testing.assert_allclose(residual, [0, 0, -0.2, 0.49, 0], atol=1e-7)


def test_the_bitmap_layout():
    residual = np.zeros(20, np.float32)
    residual[[0, 3, 17]] = 0.6, -0.6, -0.3
    residual[4] = 0.3  # half a threshold up is not sent: DL4J's layout has no sign for it
    message, values = bitmap_message(residual, 0.5)
    assert message.tolist() == [20, 20, 0x3F000000, 1, 1 | 1 << 3 | 1 << 19, 1 << 17]
    assert values == 3
    np.testing.assert_allclose(residual[[0, 3, 4, 17]], [0.1, -0.1, 0.3, -0.05], atol=1e-7)


@given(st.integers(1, 70), st.floats(0.01, 1.0), st.integers(0, 99), st.booleans())
def test_message_and_residual_are_the_change(n, threshold, seed, bitmap):
    change = np.random.default_rng(seed).normal(scale=0.7, size=n).astype(np.float32)
    residual, sent = change.copy(), np.zeros(n, np.float32)
    decode(bitmap_message(residual, threshold)[0] if bitmap else threshold_message(residual, threshold), sent)
    np.testing.assert_allclose(sent + residual, change, atol=1e-6)
    t = np.float32(threshold)
    steps = sent / t
    assert set(np.unique(np.round(steps, 3))) <= ({-1, -0.5, 0, 1} if bitmap else {-1, 0, 1})


@given(st.integers(1, 70), st.integers(0, 99), st.booleans())
def test_what_messages_touch_is_where_they_say_something(n, seed, bitmap):
    random, said = np.random.default_rng(seed), np.zeros(n)
    messages = [threshold_message(random.normal(size=n), 0.9) for _ in range(2)]
    if bitmap:
        messages.append(bitmap_message(random.normal(size=n), 0.9)[0])
    for message in messages:
        decode(message, said)
    left = np.ones(n, bool)
    left[touched(messages)] = False
    assert not said[left].any()
    assert left.sum() == (0 if bitmap else n - len({abs(e) for m in messages for e in m[4:]}))


def test_layouts_change_with_the_number_of_values():
    encoder = Encoder(Fixed(threshold=0.5), np.zeros(160, np.float32), clip=None)
    few, many = np.zeros(160, np.float32), np.ones(160, np.float32)
    few[7] = 0.6
    assert encoder.message(many)[3] == 1  # the first is a bitmap
    assert encoder.bitmap  # 160 values: bitmaps go on
    assert encoder.message(np.full(160, -0.5, np.float32)) is None
    assert not encoder.bitmap  # no values: fewer than 7.5
    assert encoder.message(few)[3] == 0
    assert encoder.message(many)[3] == 1  # at least 10 values: a bitmap again


def test_the_residual_is_clipped_every_so_often():
    encoder = Encoder(Fixed(threshold=0.1), np.zeros(4, np.float32), clip=5.0, clip_every=2)
    encoder.message(np.full(4, 3.0, np.float32))
    assert encoder.residual.max() == pytest.approx(2.9)
    encoder.message(np.zeros(4, np.float32))
    assert encoder.residual.max() == pytest.approx(0.5)


def test_thresholds_follow_their_rules():
    d = 0.5 ** (1 / 20)
    adaptive, target = Adaptive(), TargetSparsity(sparsity_target=0.001)
    assert [adaptive.following(1.0, s) for s in (1e-5, 1e-3, 0.1)] == [d, 1.0, 1 / d]
    assert [target.following(1.0, s) for s in (1e-5, 1e-3, 0.1)] == [d, 1.0, 1 / d]
    assert (adaptive.first(), Fixed(threshold=0.2).following(0.2, 0.5)) == (1e-4, 0.2)
