"""The worker's side of transport `direct`: a task that stays, trains what the driver hands out, and exchanges means."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dl4py.spark.failure import Failure
from dl4py.spark.state import State
from dl4py.spark.transports.mesh import Mesh
from dl4py.spark.transports.wire import Listener, Lost, connect


@dataclass(frozen=True)
class Meeting:
    """Where the driver waits, how long anyone waits for anyone, and whether all of them share a machine's memory."""

    host: str
    port: int
    secret: bytes
    limit: float
    one_machine: bool = False


def stay(meeting: Meeting, rank: int, program: Any) -> Iterator[None]:
    """The whole life of a task; what goes wrong is told to the driver, not to Spark, which would begin anew."""
    with contextlib.suppress(Lost), contextlib.ExitStack() as open_things:
        hub = connect(meeting.host, meeting.port, meeting.secret, meeting.limit, "the driver", patience=2.0)
        open_things.callback(hub.close)
        try:
            listener = Listener(hub.here, meeting.secret, meeting.limit)
            open_things.callback(listener.close)
            hub.send((rank, (hub.here, listener.port)))
            mesh = Mesh(rank, hub.receive(), listener, meeting.secret, meeting.limit)
            open_things.callback(mesh.close)
            mesh.one_machine = meeting.one_machine
            state: State = hub.receive()
            program.serve(hub, mesh, state.network())
        except Lost as lost:
            hub.send(lost)
            hub.pass_over()
        except Exception as error:
            hub.send(Failure.of(error, rank, "between batches"))
            hub.pass_over()
    return iter(())
