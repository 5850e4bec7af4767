import threading

import numpy as np
import pytest
from sparknets import MLP, batches, classes, network

from dl4py.spark.forecast import exchanged, forecast
from dl4py.spark.masters.parameter_averaging import ParameterAveraging
from dl4py.spark.transports import means
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Listener, Lost, connect

SECRET = b"s" * 32


def meshes(count):
    listeners = [Listener("127.0.0.1", SECRET, 20.0) for _ in range(count)]
    addresses = [("127.0.0.1", listener.port) for listener in listeners]
    made = [None] * count

    def join(rank):
        made[rank] = Mesh(rank, addresses, listeners[rank], SECRET, 20.0)

    at_once([lambda r=r: join(r) for r in range(count)])
    for listener in listeners:
        listener.close()
    return made


def at_once(works):
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_mean_over_a_mesh_has_the_bits_of_the_tree_and_the_bytes_of_the_plan(count, monkeypatch):
    monkeypatch.setattr(means, "SEGMENT", 4)
    random = np.random.default_rng(count)
    vectors = [random.normal(size=23).astype(np.float32) for _ in range(count)]
    weights = [1.0, 3.0, 0.0, 2.0, 5.0][:count]
    active = [w for w in range(count) if weights[w]]
    wanted = by_tree([vectors[w].astype(float) * weights[w] for w in active]) / sum(weights)
    workers = meshes(count)
    takers = [means.Means(m, [v[:5], v[5:5], v[5:]], 2) for m, v in zip(workers, vectors, strict=True)]
    before = [sum(c.bytes_sent for c in worker.channels.values()) for worker in workers]
    at_once([lambda t=t: t.take(weights) for t in takers])
    sent = [sum(c.bytes_sent for c in w.channels.values()) - b for w, b in zip(workers, before, strict=True)]
    for vector in vectors:
        assert np.array_equal(vector, wanted.astype(np.float32))
    if all(weights):
        assert max(sent) == exchanged([5, 0, 18], count, 4)[0]
    for worker in workers:
        worker.close()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_halves_are_off_by_what_is_said_and_alike_everywhere(kind, monkeypatch):
    monkeypatch.setattr(means, "SEGMENT", 16)
    random = np.random.default_rng(3)
    start = random.normal(size=70).astype(kind)
    vectors = [start + random.normal(size=70).astype(kind) * kind(1e-3) for _ in range(3)]
    changes = np.array(vectors, np.float64) - start
    wanted = start + changes.mean(axis=0)
    lots, workers = [start.copy() for _ in range(3)], meshes(3)
    takers = [means.Means(m, [lot[:40], lot[40:]], 2, half=True) for m, lot in zip(workers, lots, strict=True)]
    for lot, vector in zip(lots, vectors, strict=True):
        lot[:] = vector
    before = [sum(c.bytes_sent for c in worker.channels.values()) for worker in workers]
    at_once([lambda t=t: t.take([1.0] * 3) for t in takers])
    sent = [sum(c.bytes_sent for c in w.channels.values()) - b for w, b in zip(workers, before, strict=True)]
    assert max(sent) == exchanged([40, 30], 3, lots[0].itemsize, half=True)[0]
    for lot in lots:
        assert np.array_equal(lot, lots[0])
    off = np.abs(lots[0] - wanted)
    rounding = np.finfo(kind).eps * np.abs(start)
    assert (
        off <= 2.0**-11 * (np.abs(changes).mean(axis=0) + np.abs(wanted - start)) * 1.01 + 2.0**-23 * 5e-3 + rounding
    ).all()
    assert off.max() > 1e-9 * (kind is np.float64)  # something was lost
    for worker in workers:
        worker.close()


def by_tree(values):
    """A tree of depth two over at most four values: neighbours first."""
    return values[0] if len(values) == 1 else sum(a + b for a, b in zip(values[::2], values[1::2], strict=True))


def test_a_stranger_is_sent_away():
    listener = Listener("127.0.0.1", SECRET, 5.0)
    errors = []

    def knock():
        try:
            connect("127.0.0.1", listener.port, b"x" * 32, 5.0, "the driver")
        except Lost as lost:
            errors.append(str(lost))

    thread = threading.Thread(target=knock)
    thread.start()
    with pytest.raises(Lost, match=r"^a worker did not connect within 1 s$"):
        listener.accept(1.0, "a worker")
    thread.join(10)
    listener.close()
    assert errors == ["the driver does not know the secret of this training"]


def test_a_forecast_counts_rounds_and_bytes():
    x, y = classes(100)
    net = network(MLP % "adam")
    keys = ParameterAveraging(averaging_frequency=3, transport="direct")
    before = net.params.copy()
    found = forecast(net, next(batches(x, y, 8).epoch(0)), 13, keys, workers=(1, 2, 4))
    assert np.array_equal(net.params, before)
    vector = net.params.size + net.updater_state.size
    assert [cost.rounds for cost in found.costs] == [5, 3, 2]
    assert found.costs[0].bytes_sent == 0
    assert found.costs[1].bytes_sent == vector * 4
    assert found.advice() == "use local: `dl4py train` is as fast or faster"  # a tiny network gains nothing
    assert found.batch_bytes == 8 * 8 * 4
