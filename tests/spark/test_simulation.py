from pathlib import Path

import numpy as np
import pytest
from sparknets import MLP

from dl4py.data.iterator import BatchIterator
from dl4py.errors import InvalidValue
from dl4py.network import Network
from dl4py.spark.dealing import Dealing, even
from dl4py.spark.simulation import simulation_of, wishes
from dl4py.spec.bind import bind

IRIS = Path(__file__).parents[1] / "data" / "files" / "iris.csv"
SPEC = f"""
network: {MLP % "{type: sgd, learning_rate: 0.1}"}
data: {{train: {{type: csv, path: {IRIS}, labels: -1}}, split: {{test: 0.2}}, normalizer: standardize}}
training: {{epochs: 3, batch_size: 5}}
spark: {{master: {{type: parameter_averaging, averaging_frequency: 2}}}}
""".replace("input: 5", "input: 4")


def test_a_simulation_is_the_rule_and_counts_bytes():
    spec = bind(SPEC)
    data = spec.data.open()
    made = simulation_of(spec, data, "workers=3,delay=0.5,exchange=0.25")
    vector = 4 * 6 + 6 + 6 * 3 + 3  # SGD has no state
    rounds = 3 * 4  # 24 batches of 5, 3 workers x 2 a round
    assert made.bytes == rounds * 2 * 2 * vector * 4
    assert made.seconds >= rounds * 0.75
    assert made.figures.as_dict()["accuracy"] > 0.6
    replay = Network(spec.network)
    params = replay.params.astype(float)
    for epoch in range(3):
        batch = BatchIterator(data.train, 5, spec.data.seed, True, data.normalizer).batches(epoch)
        for hands in Dealing(3, 2).rounds(even(24, 3)):
            ends = []
            for hand in hands:
                replay.params[:] = params
                scores = [replay.fit(batch(i).features, batch(i).labels) for i in hand]
                ends.append((replay.params.astype(float), scores[-1]))
            params = np.mean([end[0] for end in ends], axis=0).astype(np.float32)
    assert made.as_dict()["test"]["loss"] == pytest.approx(replay_loss(replay, params, data), rel=1e-4)
    assert made.score == pytest.approx(np.mean([end[1] for end in ends]), abs=1e-5)


def replay_loss(net, params, data):
    """``-mean(log p)`` of the test part."""
    net.params[:] = params
    batch = next(BatchIterator(data.test, len(data.test), 0, False, data.normalizer).epoch(0))
    p = net.output(*batch.features)
    return float(-np.log((p * batch.labels[0]).sum(axis=1)).mean())


def test_what_cannot_be_simulated_is_named():
    assert wishes("workers=32,delay=0.5") == {"workers": 32, "delay": 0.5}
    for text, message in (
        ("workres=3", "`--simulate` has no `workres`"),
        ("workers=many", "`many` is no number for `workers`"),
        ("workers=0", "`workers=0` is too small"),
    ):
        with pytest.raises(InvalidValue) as caught:
            wishes(text)
        assert str(caught.value) == message
    spec = bind(SPEC.replace("parameter_averaging, averaging_frequency: 2", "sandblaster"))
    with pytest.raises(InvalidValue) as caught:
        simulation_of(spec, spec.data.open(), "workers=2")
    assert str(caught.value) == "there is nothing to simulate: Sandblaster's result is that of one machine"
