"""Workers that know each other: a channel to each, and what all of them do together."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from dl4py.spark.transports.inbox import Inbox
from dl4py.spark.transports.wire import Channel, Listener, connect

Address = tuple[str, int]


class Mesh:
    """Channels of worker `rank` to all others; what goes out waits in a line for each of them."""

    def __init__(
        self, rank: int, addresses: Sequence[Address], listener: Listener, secret: bytes, limit: float
    ) -> None:
        self.rank, self.count = rank, len(addresses)
        self.one_machine = False  # whether all see one memory
        self.channels: dict[int, Channel] = {}
        for other in range(rank):
            channel = connect(*addresses[other], secret, limit, f"worker {other}")
            channel.send(rank)
            self.channels[other] = channel
        for _ in range(rank + 1, self.count):
            channel = listener.accept(limit, "another worker")
            other = channel.receive()
            channel.name = f"worker {other}"
            self.channels[other] = channel
        self._senders = {other: Sender(channel) for other, channel in self.channels.items()}
        self._room: np.ndarray = np.zeros(0)

    def posted(self, other: int, work: Callable[[Channel], Any]) -> None:
        """Has the channel to another worker used in its turn, while this worker goes on."""
        self._senders[other](work)

    def sent(self) -> None:
        """Waits until everything that was posted is on its way; raises what went wrong."""
        for sender in self._senders.values():
            sender.wait()

    def joined(self, mine: np.ndarray, edges: Sequence[int]) -> np.ndarray:
        """The whole vector of which every worker has the stretch between its two edges (all-gather)."""
        for sender in self._senders.values():
            sender(lambda c: c.send_numbers(mine))
        result = np.empty(edges[-1], mine.dtype)
        result[edges[self.rank] : edges[self.rank + 1]] = mine
        for other, channel in sorted(self.channels.items()):
            channel.receive_numbers(result[edges[other] : edges[other + 1]])
        self.sent()
        return result

    def added(self, vector: np.ndarray, edges: Sequence[int]) -> np.ndarray:
        """The sum of everyone's vectors between the worker's own two edges (reduce-scatter), in their order."""
        for other, sender in self._senders.items():
            sender(partial(Channel.send_numbers, numbers=vector[edges[other] : edges[other + 1]]))
        chunks = self._gathered(vector, slice(edges[self.rank], edges[self.rank + 1]), range(self.count))
        total = chunks[0].copy()
        for chunk in chunks[1:]:
            total += chunk
        self.sent()
        return total

    def everyones(self, message: Any) -> list[Any]:
        """A small message of each worker, in their order."""
        for sender in self._senders.values():
            sender(lambda c: c.send(message))
        return [message if w == self.rank else self.channels[w].receive() for w in range(self.count)]

    def tell(self, message: Any, pending: int) -> None:
        """Sends a message to all others; waits when more than so many are on their way to one of them."""
        for sender in self._senders.values():
            sender(lambda c: c.send(message))
            if sender.pending > pending:
                sender.wait()

    def inbox(self) -> Inbox:
        """What others tell from now on."""
        return Inbox(self.channels.values())

    def close(self) -> None:
        """Ends all connections."""
        for channel in self.channels.values():
            channel.close()
        for sender in self._senders.values():
            sender.stop()

    def _gathered(self, vector: np.ndarray, mine: slice, active: Sequence[int]) -> list[np.ndarray]:
        size = mine.stop - mine.start
        if self._room.size != size * self.count or self._room.dtype != vector.dtype:
            self._room = np.empty(size * self.count, vector.dtype)
        chunks = []
        for w in active:
            chunk = vector[mine] if w == self.rank else self._room[w * size : (w + 1) * size]
            if w != self.rank:
                self.channels[w].receive_numbers(chunk)
            chunks.append(chunk)
        return chunks


class Sender:
    """A thread that sends over one channel, so that all can send and receive at once."""

    def __init__(self, channel: Channel) -> None:
        self._work: queue.SimpleQueue[Callable[[Channel], Any] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self._open = 0
        threading.Thread(target=self._run, args=(channel,), daemon=True).start()

    def __call__(self, work: Callable[[Channel], Any]) -> None:
        self._open += 1
        self._work.put(work)

    def wait(self) -> None:
        """Returns when everything is sent; raises what went wrong."""
        while self._open:
            self._open -= 1
            error = self._done.get()
            if error is not None:
                raise error

    @property
    def pending(self) -> int:
        """How much is not known to be sent."""
        return self._open

    def stop(self) -> None:
        """Ends the thread."""
        self._work.put(None)

    def _run(self, channel: Channel) -> None:
        while (work := self._work.get()) is not None:
            try:
                work(channel)
                self._done.put(None)
            except Exception as error:
                self._done.put(error)
