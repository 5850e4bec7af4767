"""Messages that come while a worker is busy."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable

import numpy as np

from dl4py.spark.transports.wire import Channel, Lost


class Inbox:
    """Messages of all other workers, read by a thread for each until it says that it is through."""

    def __init__(self, channels: Iterable[Channel]) -> None:
        self._messages: queue.SimpleQueue[np.ndarray | Lost] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._read, args=(channel,), daemon=True) for channel in channels]
        for thread in self._threads:
            thread.start()

    def waiting(self) -> list[np.ndarray]:
        """What has come so far."""
        found: list[np.ndarray] = []
        while not self._messages.empty():
            message = self._messages.get()
            if isinstance(message, Lost):
                raise message
            found.append(message)
        return found

    def rest(self) -> list[np.ndarray]:
        """What comes until all others are through."""
        for thread in self._threads:
            thread.join()
        return self.waiting()

    def _read(self, channel: Channel) -> None:
        try:
            while (message := channel.receive()) is not None:
                self._messages.put(message)
        except Lost as lost:
            self._messages.put(lost)
