import threading
from pathlib import Path

import numpy as np
import pytest

from dl4py.spark.transports import desks
from dl4py.spark.transports.desks import Desks, means_of
from dl4py.spark.transports.means import Means
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Listener

SIZES = (70_001, 0, 30)  # more than a segment, no updater state, less than a segment


def together(count, work):
    """What `work(mesh)` gives for each of so many workers, which are threads here."""
    secret = b"s" * 32
    listeners = [Listener("127.0.0.1", secret, 30.0) for _ in range(count)]
    addresses = [("127.0.0.1", listener.port) for listener in listeners]
    results, meshes = [None] * count, []

    def worker(rank):
        mesh = Mesh(rank, addresses, listeners[rank], secret, 30.0)
        mesh.one_machine = True
        meshes.append(mesh)
        results[rank] = work(mesh)

    threads = [threading.Thread(target=worker, args=(rank,)) for rank in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for thing in [*meshes, *listeners]:
        thing.close()
    return results


def parts_of(rank):
    random = np.random.default_rng(rank)
    return [random.normal(size=size).astype(np.float32) for size in SIZES]


@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0), (16.0, 0.0, 7.0), (0.0, 1.0, 0.0)])
def test_desks_and_tcp_give_the_same_bits(weights):
    def taken(kind):
        def work(mesh):
            parts = parts_of(mesh.rank)
            means = kind(mesh, parts)
            for _ in range(2):
                means.take(weights)
                parts[0] += mesh.rank
            return parts

        return together(3, work)

    over_tcp = taken(lambda mesh, parts: Means(mesh, parts, 2))
    on_desks = taken(lambda mesh, parts: means_of(mesh, parts, 2))
    for a, b in zip(over_tcp, on_desks, strict=True):
        for mine, theirs in zip(a, b, strict=True):
            np.testing.assert_array_equal(mine, theirs)
    expected = np.average([parts_of(rank)[2] for rank in range(3)], axis=0, weights=weights)
    np.testing.assert_allclose(on_desks[1][2], expected, rtol=1e-6, atol=1e-7)


def test_without_room_it_is_tcp_and_no_file_is_left(monkeypatch, tmp_path):
    monkeypatch.setattr(desks, "SHARED", str(tmp_path))
    kinds = together(2, lambda mesh: type(means_of(mesh, parts_of(mesh.rank), 2)))
    assert kinds == [Desks, Desks]
    monkeypatch.setattr(desks, "_made", lambda length: None)
    assert together(2, lambda mesh: type(means_of(mesh, parts_of(mesh.rank), 2))) == [Means, Means]
    assert list(Path(tmp_path).iterdir()) == []
