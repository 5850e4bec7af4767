import socket
from types import SimpleNamespace

import pytest

from dl4py.spark.portions import Portions
from dl4py.spark.sandblaster import Fleet


class Worker:
    """Answers every portion at once with a loss of 2; a socket tells that there is something to read."""

    def __init__(self):
        self.told, self.evaluation = [], 0
        self._bell, self._ear = socket.socketpair()

    def fileno(self):
        return self._ear.fileno()

    def send(self, command):
        self.told.append(command)
        if command[0] == "evaluate":
            self.evaluation = command[1]
        if command[0] == "compute":
            self._bell.send(b"!")

    def receive(self):
        self._ear.recv(1)
        portion = [command[1] for command in self.told if command[0] == "compute"][-1]
        return "computed", self.evaluation, portion, 2.0, 0

    def close(self):
        self._bell.close()
        self._ear.close()


@pytest.fixture
def worker():
    made = Worker()
    yield made
    made.close()


# A replica that has computed scores alone holds no gradient that could count.
@pytest.mark.parametrize(("mode", "counted"), [("score", 0), ("gradient", 3)])
def test_gradients_count_and_scores_do_not(worker, mode, counted):
    fleet = Fleet(SimpleNamespace(channels=[worker]), limit=10.0)
    assert fleet.compute(mode, Portions(3, fleet.lying), ["a", "b", "c"]) == [2.0, 2.0, 2.0]
    assert worker.told.count(("count",)) == counted
