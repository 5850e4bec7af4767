"""kill -9 at random points: `CHAOS_KILLS=20 CHAOS_SEED=1 pytest -m spark tests/spark/test_chaos.py -s` makes many.

Synchronous masters give the bits of the undisturbed run, gradient sharing its accuracy, and nothing hangs.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

pytest.importorskip("pyspark")

from sparkkills import below, leaves
from sparknets import MLP, batches, classes, network

import dl4py
from dl4py.spark.masters.gradient_sharing import GradientSharing
from dl4py.spark.masters.parameter_averaging import ParameterAveraging

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*made again.*:UserWarning"),
]
KILLS = int(os.environ.get("CHAOS_KILLS", "3"))
SEED = int(os.environ.get("CHAOS_SEED", "11"))
LIMIT = 900.0  # seconds after which a training counts as hanging
WORDS = {"executor": "CoarseGrainedExecutorBackend", "python": "pyspark.daemon"}
KEYS = {"workers": 2, "wait_seconds": 300.0, "checkpoint_rounds": 3}
X, Y = classes(200)
MASTERS = {
    "spark": lambda: ParameterAveraging(averaging_frequency=2, training_hooks=("sparkhooks:Slow",), **KEYS),
    "direct": lambda: ParameterAveraging(
        averaging_frequency=2, transport="direct", training_hooks=("sparkhooks:Slow",), **KEYS
    ),
    "sharing": lambda: GradientSharing(
        threshold_algorithm={"type": "adaptive", "initial_threshold": 0.01}, batches_in_round=3, **KEYS
    ),
}
EPOCHS = {"spark": 2, "direct": 3, "sharing": 12}
SPEC = """
network:
  input: 5
  defaults: {activation: tanh, updater: adam}
  layers: [{type: dense, n_out: 6}, {type: output, n_out: 3}]
data: {train: {type: csv, path: data.csv, labels: -1}}
spark: {master: {type: parameter_averaging, workers: 2, averaging_frequency: 1, checkpoint_rounds: 3}}
training: {epochs: 6, batch_size: 8, checkpoint_seconds: 0}
"""


def fit(context, name):
    """A training in its own thread, so that one that hangs is seen."""
    net = network(MLP % ("adam" if name != "sharing" else "{type: sgd, learning_rate: 0.1}"))
    error = []

    def work():
        try:
            MASTERS[name]().fit(context, net, batches(X, Y, 10), EPOCHS[name])
        except Exception as raised:
            error.append(raised)

    thread = threading.Thread(target=work, daemon=True)
    begun = time.monotonic()
    thread.start()
    return net, thread, error, begun


def ended(net, thread, error, begun):
    thread.join(LIMIT)
    assert not thread.is_alive(), "the training hangs"
    if error:
        raise error[0]
    return net, time.monotonic() - begun


@pytest.fixture(scope="module")
def undisturbed(cluster):
    """Each kind of training once, with its seconds; the first one warms the executors up."""
    ended(*fit(cluster.sparkContext, "direct"))
    return {name: ended(*fit(cluster.sparkContext, name)) for name in MASTERS}


def draws():
    """Kill after kill: which training, which process, when."""
    drawn = random.Random(SEED)
    names = list(MASTERS)
    return [(i, names[i % 3], drawn.choice(list(WORDS)), drawn.random(), drawn.random()) for i in range(KILLS)]


@pytest.mark.parametrize(("number", "name", "word", "when", "which"), draws())
def test_training_survives_the_kill_of_an_executor_or_a_python_worker(
    cluster, undisturbed, number, name, word, when, which
):
    wanted, seconds = undisturbed[name]
    running = fit(cluster.sparkContext, name)
    when *= 0.8 * seconds
    time.sleep(when)
    victims = leaves(WORDS[word])
    hit = bool(victims) and running[1].is_alive()
    if hit:
        os.kill(victims[int(which * len(victims))], signal.SIGKILL)
    net, took = ended(*running)
    print(f"kill {number}: {name}, {word} at {when:.1f} of {seconds:.1f} s, hit {hit}, took {took:.1f} s")
    assert (net.iteration, net.epoch) == (wanted.iteration, wanted.epoch)
    if name == "sharing":
        assert accuracy(net) > accuracy(wanted) - 0.03
        return
    assert np.array_equal(net.params, wanted.params)
    assert np.array_equal(net.updater_state, wanted.updater_state)


def accuracy(net):
    return (net.output(X).argmax(axis=1) == Y.argmax(axis=1)).mean()


def run(folder, *words):
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    words = [sys.executable, "-m", "dl4py", "spark-train", *words, "--master", "local[2]"]
    return subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)


def done(process):
    try:
        text, _ = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        raise AssertionError("the training hangs") from None
    return process.returncode, text.decode()


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The undisturbed run by transport, and its seconds of training."""
    folder = tmp_path_factory.mktemp("chaos")
    (folder / "spec.yaml").write_text(SPEC)
    lines = [",".join([*map(str, x), str(y.argmax())]) for x, y in zip(X, Y, strict=True)]
    (folder / "data.csv").write_text("\n".join(lines) + "\n")
    found = {}
    for transport in ("spark", "direct"):
        process = run(folder, "spec.yaml", "-o", transport, "--set", f"spark.master.transport={transport}")
        appears(process, folder / transport / "checkpoint.zip")
        begun = time.monotonic()
        status, text = done(process)
        assert status == 0, text
        found[transport] = dl4py.load(folder / transport / "model.zip"), time.monotonic() - begun
    return folder, found


def appears(process, path):
    end = time.monotonic() + LIMIT
    while not path.exists() and process.poll() is None:
        assert time.monotonic() < end, "no round was made"
        time.sleep(0.02)


def driver_draws():
    drawn = random.Random(SEED + 1)
    many = max(1, KILLS // 4)
    return [(i, ("direct", "spark")[i % 2], drawn.choice(["python", "java"]), drawn.random()) for i in range(many)]


@pytest.mark.parametrize(("number", "transport", "half", "when"), driver_draws())
def test_a_run_whose_driver_was_killed_goes_on(alone, number, transport, half, when):
    folder, found = alone
    wanted, seconds = found[transport]
    name = f"killed-{number}"
    process = run(folder, "spec.yaml", "-o", name, "--set", f"spark.master.transport={transport}")
    appears(process, folder / name / "checkpoint.zip")
    time.sleep(when * seconds * 0.8)
    victims = [process.pid] if half == "python" else below(process.pid, "org.apache.spark.deploy.SparkSubmit")
    hit = process.poll() is None and bool(victims)
    if hit:
        os.kill(victims[0], signal.SIGKILL)
    status, text = done(process)
    print(f"driver kill {number}: {transport}, {half} at {when * seconds * 0.8:.1f} s, hit {hit}, status {status}")
    late = "model: " in text  # the kill met a run that had written everything
    assert not hit or status in (-signal.SIGKILL, 7) or (late and status == 0), text
    status, text = done(run(folder, "--resume", name))
    assert status == 0, text
    net = dl4py.load(folder / name / "model.zip")
    assert np.array_equal(net.params, wanted.params)
    assert np.array_equal(net.updater_state, wanted.updater_state)
    assert (net.iteration, net.epoch) == (wanted.iteration, wanted.epoch)
