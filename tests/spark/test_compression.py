"""`compression: fp16` between processes of this machine."""

import numpy as np
import pytest
from sparknets import MLP, batches, classes, network

from dl4py.errors import InvalidValue, SpecError
from dl4py.spark.launching import Machine
from dl4py.spark.masters.parameter_averaging import ParameterAveraging
from dl4py.spec.bind import bind

HALF = {"averaging_frequency": 2, "transport": "direct", "compression": "fp16"}


@pytest.mark.slow
def test_halves_train_nearly_as_numbers_do_and_the_same_on_every_run():
    x, y = classes(96)
    nets = [network(MLP % "adam") for _ in range(3)]
    for net, compression in zip(nets, ["none", "fp16", "fp16"], strict=True):
        master = ParameterAveraging(**{**HALF, "compression": compression})
        master.fit(Machine(2), net, batches(x, y, 8), 2)
    plain, half, again = nets
    assert np.array_equal(half.params, again.params)
    assert np.array_equal(half.updater_state, again.updater_state)
    assert not np.array_equal(half.params, plain.params)
    start = network(MLP % "adam").params
    moved = np.abs(plain.params - start).max()
    assert np.abs(half.params - plain.params).max() < 0.01 * moved


def test_jobs_and_simulations_have_no_halves():
    text = "network: {input: 4, layers: [{type: output, n_out: 2}]}\n"
    with pytest.raises(SpecError) as raised:
        bind(text + "spark: {master: {type: parameter_averaging, compression: fp16}}")
    assert "`fp16` needs `transport: direct`" in str(raised.value)
    with pytest.raises(InvalidValue, match=r"^a simulation adds numbers up as they are$"):
        ParameterAveraging(**HALF).simulated(None, 2, None)
