import numpy as np
import pytest
from contract import assert_close, check_round_trip, run

from dl4py.dropouts.dropout import PlainDropout
from dl4py.schedules.step import Step

X = np.ones((50, 80))


def noisy(dropout, x=X, iteration=0):
    def record(e, xs):
        y, backward = dropout.emit(e, xs)
        ones = e.like(xs)
        from dl4py.kernels.rows import fill

        e(fill, ones.flat, 1.0)
        return [y, backward(ones)]

    return run(record, x, iteration=iteration)[:2]


def test_kept_inputs_are_scaled_and_the_gradient_takes_the_same_mask():
    check_round_trip(PlainDropout(p=0.8))
    y, dx = noisy(PlainDropout(p=0.8))
    assert set(np.unique(y)) == {0.0, 1.25}
    assert abs((y > 0).mean() - 0.8) < 0.02
    assert np.array_equal(y, dx)


def test_each_step_draws_anew_and_repeats():
    first, second = noisy(PlainDropout(p=0.5))[0], noisy(PlainDropout(p=0.5), iteration=1)[0]
    assert not np.array_equal(first, second)
    assert np.array_equal(first, noisy(PlainDropout(p=0.5))[0])


@pytest.mark.parametrize(("iteration", "kept"), [(0, 0.9), (10, 0.45)])
def test_probability_follows_a_schedule(iteration, kept):
    schedule = Step(initial_value=0.9, decay_rate=0.5, step=10.0)
    y, _ = noisy(PlainDropout(p=schedule), iteration=iteration)
    assert abs((y > 0).mean() - kept) < 0.02
    assert_close(y[y > 0], np.full((y > 0).sum(), 1 / kept), 1e-12, 1e-12)
