"""Messages over TCP between processes that share a secret."""

from __future__ import annotations

import contextlib
import hmac
import pickle
import secrets
import socket
import struct
import time
from typing import Any

import numpy as np

from dl4py.errors import ClusterError

DIGEST, NONCE = "sha256", 32
SMALL = 1 << 16  # bytes that are sooner copied than sent one by one
LONGER = "a larger `wait_seconds` waits longer"


class Lost(ClusterError):
    """The other side is gone, or has not answered in time."""

    code = "connection-lost"


class Channel:
    """Whole messages in both directions; every wait has a limit. Nothing is unpickled before both sides have shown
    that they know the secret: each answers a number drawn by the other with its HMAC (RFC 2104).
    """

    def __init__(self, connection: socket.socket, secret: bytes, limit: float, name: str) -> None:
        self.name, self.limit = name, limit
        self.bytes_sent = 0
        self._socket = connection
        connection.settimeout(limit)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._prove(secret)

    def _prove(self, secret: bytes) -> None:
        mine = secrets.token_bytes(NONCE)
        self._write(memoryview(mine))
        theirs = self._read(NONCE)
        self._write(memoryview(hmac.digest(secret, theirs, DIGEST)))
        if not hmac.compare_digest(self._read(32), hmac.digest(secret, mine, DIGEST)):
            self.close()
            raise Lost(f"{self.name} does not know the secret of this training")

    def send(self, message: Any) -> int:
        """Sends a message; returns its bytes. Arrays follow it as they lie in memory (PEP 574)."""
        apart: list[pickle.PickleBuffer] = []
        data = pickle.dumps(message, protocol=5, buffer_callback=apart.append)
        arrays = [buffer.raw() for buffer in apart]
        sizes = [len(data), *(array.nbytes for array in arrays)]
        head = struct.pack(f"!{1 + len(sizes)}Q", len(arrays), *sizes)
        if sum(sizes) < SMALL:
            self._write(memoryview(b"".join([head, data, *arrays])))  # one packet
        else:
            self._write(memoryview(head))
            self._write(memoryview(data))
            for array in arrays:
                self._write(array)
        return len(head) + sum(sizes)

    def receive(self) -> Any:
        """Waits for a message."""
        (arrays,) = struct.unpack("!Q", self._read(8))
        sizes = struct.unpack(f"!{1 + arrays}Q", self._read(8 * (1 + arrays)))
        data, *apart = [self._read(size) for size in sizes]
        return pickle.loads(data, buffers=apart)

    def pass_over(self) -> None:
        """Reads and forgets until the other side says None; a socket closed with unread bytes loses what was sent."""
        while self.receive() is not None:
            pass

    def send_numbers(self, numbers: np.ndarray) -> None:
        """Sends the bytes of a contiguous vector alone."""
        if numbers.size:
            self._write(memoryview(numbers.data).cast("B"))

    def receive_numbers(self, numbers: np.ndarray) -> None:
        """Fills a contiguous vector with what comes."""
        if numbers.size:
            self._fill(memoryview(numbers.data).cast("B"))

    def close(self) -> None:
        """Ends the connection; the other side sees it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def fileno(self) -> int:
        """For `select`."""
        return self._socket.fileno()

    @property
    def here(self) -> str:
        """The address of this side, which the other can reach."""
        return str(self._socket.getsockname()[0])

    def _write(self, data: memoryview) -> None:
        try:
            self._socket.sendall(data)
            self.bytes_sent += data.nbytes
        except TimeoutError:
            raise self._silent() from None
        except OSError as error:
            raise Lost(f"the connection to {self.name} broke: {error}") from None

    def _read(self, size: int) -> bytearray:
        data = bytearray(size)
        self._fill(memoryview(data))
        return data

    def _fill(self, view: memoryview) -> None:
        got = 0
        while got < len(view):
            try:
                n = self._socket.recv_into(view[got:])
            except TimeoutError:
                raise self._silent() from None
            except OSError as error:
                raise Lost(f"the connection to {self.name} broke: {error}") from None
            if n == 0:
                raise Lost(f"{self.name} closed its connection")
            got += n

    def _silent(self) -> Lost:
        return Lost(f"{self.name} was silent for {self.limit:g} s", hint=LONGER)


def connect(host: str, port: int, secret: bytes, limit: float, name: str, patience: float = 20.0) -> Channel:
    """A channel to a listener; it may not listen yet."""
    end = time.monotonic() + min(limit, patience)
    while True:
        try:
            return Channel(socket.create_connection((host, port), timeout=limit), secret, limit, name)
        except OSError as error:
            if time.monotonic() > end:
                raise Lost(
                    f"no connection to {name} at {host}:{port}: {error}",
                    hint="transport `direct` needs open ports between executors and driver",
                ) from None
            time.sleep(0.05)


class Listener:
    """An open port."""

    def __init__(self, host: str, secret: bytes, limit: float) -> None:
        self._socket = socket.create_server((host, 0), backlog=256)
        self._secret, self._limit = secret, limit

    @property
    def port(self) -> int:
        """Its number."""
        return int(self._socket.getsockname()[1])

    def accept(self, limit: float, name: str) -> Channel:
        """The next that connects and knows the secret; strangers are sent away."""
        end = time.monotonic() + limit
        while True:
            self._socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                raise Lost(f"{name} did not connect within {limit:g} s") from None
            except OSError as error:
                raise Lost(f"the port is closed: {error}") from None
            with contextlib.suppress(Lost):
                return Channel(connection, self._secret, self._limit, name)

    def close(self) -> None:
        """Closes the port."""
        self._socket.close()
