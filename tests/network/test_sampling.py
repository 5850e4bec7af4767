"""Samples of networks whose next character is known."""

from itertools import islice

import numpy as np
import pytest

import dl4py
from dl4py.errors import DataError, UnsupportedFeature
from dl4py.network.sampling import sample
from dl4py.spec.bind import bind
from dl4py.spec.source import Source

SPEC = """
network:
  input: {type: recurrent, size: 4}
  layers:
    - {type: rnn_output, n_out: 4, activation: softmax, loss: mcxent}
"""


def network(weight: float) -> dl4py.Network:
    """After character i comes i + 1 (mod 4) with probability e^weight / (e^weight + 3)."""
    net = dl4py.Network(bind(Source("<text>", SPEC)).network)
    net.params[:] = 0.0
    net.parameter(net.parameters.slots[0])[:] = weight * np.roll(np.eye(4), 1, axis=1)
    return net


def test_a_certain_network_goes_round():
    assert "".join(islice(sample(network(50.0), "abcd", "ab"), 10)) == "cdabcdabcd"


def test_draws_have_the_networks_probabilities():
    drawn = "".join(islice(sample(network(np.log(3.0)), "abcd", "a", seed=3), 4000))
    follows = np.mean([(ord(b) - ord(a)) % 4 == 1 for a, b in zip("a" + drawn, drawn, strict=False)])
    assert abs(follows - 0.5) < 0.03  # 3 / (3 + 3), standard deviation 0.008


def test_temperature_sharpens_and_seeds_repeat():
    def share(temperature):
        drawn = "".join(islice(sample(network(np.log(3.0)), "abcd", "a", temperature=temperature, seed=1), 2000))
        return np.mean([(ord(b) - ord(a)) % 4 == 1 for a, b in zip("a" + drawn, drawn, strict=False)])

    assert abs(share(0.5) - 9 / 12) < 0.04  # 3^2 / (3^2 + 3)
    assert share(0.0) == 1.0
    assert share(1.0) == share(1.0)


def test_what_is_no_character_model_is_refused():
    with pytest.raises(DataError) as error:
        next(sample(network(1.0), "abcd", "az"))
    assert str(error.value) == "the network does not know 'z'"
    assert error.value.hint == "it knows 'abcd'"
    with pytest.raises(UnsupportedFeature) as error:
        next(sample(network(1.0), "abc", "a"))
    assert str(error.value) == "the network predicts 4 characters, found a vocabulary of 3"
