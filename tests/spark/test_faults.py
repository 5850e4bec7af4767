"""Processes are killed while they train: the result is that of the undisturbed run."""

import os
import signal
import time

import numpy as np
import pytest

pytest.importorskip("pyspark")

from sparkkills import leaves
from sparknets import MLP, batches, classes, network

from dl4py.errors import TrainingError
from dl4py.spark.masters.base import Rounds
from dl4py.spark.masters.parameter_averaging import ParameterAveraging

pytestmark = pytest.mark.spark
KEYS = {"workers": 2, "averaging_frequency": 2, "wait_seconds": 60.0, "checkpoint_rounds": 2}


class Killing(Rounds):
    """Kills one process after the second round, once."""

    def __init__(self, word):
        self.word, self.rounds, self.killed = word, 0, []

    def iteration(self, network, score, examples):
        self.rounds += 1
        if self.rounds == 2:
            victim = leaves(self.word)[-1]
            os.kill(victim, signal.SIGKILL)
            self.killed.append(victim)


@pytest.mark.parametrize("word", ["CoarseGrainedExecutorBackend", "pyspark.daemon"], ids=["executor", "python"])
@pytest.mark.parametrize("transport", ["spark", "direct"])
@pytest.mark.filterwarnings("ignore:.*made again.*:UserWarning")
def test_training_goes_on_after_a_kill(cluster, transport, word):
    x, y = classes(160)
    nets = []
    for listeners in ([], [Killing(word)]):
        nets.append(network(MLP % "adam"))
        begun = time.monotonic()
        ParameterAveraging(transport=transport, training_hooks=("sparkhooks:Slow",), **KEYS).fit(
            cluster.sparkContext, nets[-1], batches(x, y, 8), 2, listeners
        )
        assert time.monotonic() - begun < 600
        for listener in listeners:
            assert listener.killed
            assert listener.rounds == 10  # no round is told twice
    assert np.array_equal(nets[0].params, nets[1].params)
    assert np.array_equal(nets[0].updater_state, nets[1].updater_state)
    assert (nets[0].iteration, nets[0].epoch) == (nets[1].iteration, nets[1].epoch)


@pytest.mark.parametrize("transport", ["spark", "direct"])
def test_two_trainings_in_one_session_do_not_touch_each_other(cluster, transport):
    from pyspark import InheritableThread

    x, y = classes(64)
    bad = x.copy()
    bad[40] = np.nan  # the other training ends with an error, and takes its own job group alone along
    nets, errors = [network(MLP % "adam") for _ in range(3)], []
    master = ParameterAveraging(workers=1, averaging_frequency=2, transport=transport)
    master.fit(cluster.sparkContext, nets[0], batches(x, y, 8), 2)

    def work(net, data):
        try:
            master.fit(cluster.sparkContext, net, data, 2)
        except TrainingError as error:
            errors.append(error)

    data = (batches(x, y, 8), batches(bad, y, 8, shuffle=False))
    threads = [InheritableThread(target=work, args=pair) for pair in zip(nets[1:], data, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(200)
    assert not any(thread.is_alive() for thread in threads)
    assert np.array_equal(nets[1].params, nets[0].params)
    assert np.array_equal(nets[1].updater_state, nets[0].updater_state)
    assert len(errors) == 1
    assert "the score is nan at iteration 5" in str(errors[0])
