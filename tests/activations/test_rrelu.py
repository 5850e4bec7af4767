import numpy as np
from contract import assert_close, check_json, check_round_trip, run, slopes

from dl4py.activations.rrelu import RReLU

Z = np.linspace(-3, 3, 60).reshape(6, 10)


def test_round_trip():
    check_round_trip(RReLU(l=0.1, u=0.3))


def test_inference_has_the_mean_slope():
    y, _ = run(lambda e, zs: [RReLU(l=0.1, u=0.3).emit(e, zs)[0]], Z, training=False)
    assert_close(y, np.where(Z >= 0, Z, 0.2 * Z), 1e-12, 1e-12)


def test_dl4j_inference_takes_the_larger_of_input_and_slope():
    y, _ = run(lambda e, zs: [RReLU(l=0.1, u=0.3).emit(e, zs)[0]], Z, training=False, mode="dl4j")
    assert_close(y, np.maximum(Z, 0.2), 1e-12, 1e-12)


def test_training_draws_slopes_between_the_bounds_anew_each_step():
    first, _ = run(lambda e, zs: [RReLU(l=0.1, u=0.3).emit(e, zs)[0]], Z)
    second, _ = run(lambda e, zs: [RReLU(l=0.1, u=0.3).emit(e, zs)[0]], Z, iteration=1)
    slopes = first[Z < 0] / Z[Z < 0]
    assert slopes.min() >= 0.1
    assert slopes.max() <= 0.3
    assert slopes.std() > 0.02
    assert not np.array_equal(first, second)
    assert np.array_equal(first[Z >= 0], Z[Z >= 0])


def test_training_has_the_slope_that_was_drawn():
    y, _ = run(lambda e, zs: [RReLU(l=0.1, u=0.3).emit(e, zs)[0]], Z)
    assert_close(slopes(RReLU(l=0.1, u=0.3), Z), y / Z, 1e-12, 1e-12)


def test_json():
    check_json(RReLU(l=0.125, u=0.333), "ActivationRReLU", '{"l":0.125,"u":0.333}')
