import numpy as np
import pytest
from contract import Case, check_layer

from dl4py.layers.batch_normalization import BatchNormalization

CASES = [
    Case(BatchNormalization(), skip=["rows"]),
    Case(BatchNormalization(use_log_std=False, decay=0.5, gamma=1.5, beta=0.2), skip=["rows"]),
    Case(BatchNormalization(lock_gamma_beta=True, gamma=0.7), skip=["rows"]),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_contract(case):
    check_layer(case)


def test_running_statistics_follow_the_batches():
    case = Case(BatchNormalization(use_log_std=False, decay=0.8), 4)
    network = case.network(data_type="double")
    x, y = case.batch(network)
    inside = network.activations(x)["layer0"]
    network.fit(x, y)
    kept = {s.param.name: network.parameter(s) for s in network.parameters.slots if s.node.name == "layer1"}
    assert np.allclose(kept["mean"], 0.2 * inside.mean(axis=0))
    assert np.allclose(kept["var"], 0.8 + 0.2 * inside.var(axis=0))


def test_logarithm_of_the_deviation_is_the_same_statistic():
    networks = [Case(BatchNormalization(use_log_std=log)).network(data_type="double") for log in (True, False)]
    x, y = CASES[0].batch(networks[0])
    for _ in range(4):
        for network in networks:
            network.fit(x, y)
    assert np.allclose(networks[0].output(x), networks[1].output(x))
