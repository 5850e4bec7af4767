import numpy as np
from sparknets import CHAINS, network, sequences

TEXT = CHAINS["lstm"][0].replace("rms_prop", "{type: sgd, learning_rate: 0.1}")


def test_iterations_are_the_steps_of_fit_bit_for_bit():
    x, y, _ = sequences(5)
    whole, apart = network(CHAINS["lstm"][0]), network(CHAINS["lstm"][0])
    for _ in range(2):
        whole.fit(x, y)
        scores = [iteration() for iteration in apart.iterations(x, y)]
        assert scores == whole.scores
        assert len(scores) == 2  # six steps in segments of four
    np.testing.assert_array_equal(apart.params, whole.params)
    np.testing.assert_array_equal(apart.updater_state, whole.updater_state)
    assert apart.iteration == whole.iteration == 4


def test_gradients_of_segments_are_what_sgd_steps_along_and_nothing_moves():
    x, y, _ = sequences(5)
    trained, still = network(TEXT), network(TEXT)
    start = still.params.copy()
    pairs = zip(trained.iterations(x, y), still.iterations(x, y, mode="gradient"), strict=True)
    for fit, gradient in pairs:
        before = still.params.copy()
        assert fit() == gradient()
        np.testing.assert_array_equal(still.params, before)
        np.testing.assert_allclose(trained.params, before - 0.1 * still.step / 5, atol=1e-7)
        still.params[:] = trained.params
    assert still.iteration == 2
    assert not np.array_equal(trained.params, start)


def test_the_first_gradient_is_that_of_the_first_steps_alone():
    x, y, _ = sequences(5)
    net = network(TEXT)
    next(net.iterations(x, y, mode="gradient"))()
    np.testing.assert_allclose(net.step, network(TEXT).gradient(x[:, :, :4], y[:, :, :4]), atol=1e-6)
