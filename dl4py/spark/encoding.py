"""Changes of parameters as messages of a few bits: DL4J's threshold and bitmap layouts in int32."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dl4py.spark.thresholds.base import ThresholdAlgorithm

HEAD = 4
THRESHOLD, BITMAP = 0, 1


def threshold_message(residual: np.ndarray, threshold: float, index: np.ndarray | None = None) -> np.ndarray:
    """``[n, N, bits of t, 0, +-(index + 1) ...]``: values of t and more become +-t and leave the residual.

    `index` is where such values are, when that is known.
    """
    t = np.float32(threshold)
    if index is None:
        index = np.flatnonzero(np.abs(residual) >= t)
    rise = residual[index] > 0.0
    residual[index] -= np.where(rise, t, -t).astype(residual.dtype)
    message = np.empty(HEAD + len(index), np.int32)
    message[:HEAD] = (len(index), residual.size, t.view(np.int32), THRESHOLD)
    message[HEAD:] = np.where(rise, index + 1, -(index + 1))
    return message


def bitmap_message(residual: np.ndarray, threshold: float) -> tuple[np.ndarray, int]:
    """``[N, N, bits of t, 1, words ...]`` and the number of values in it; word e / 16 has two bits for value e.

    Bit e mod 16 says +-t, bit 16 + e mod 16 minus; the sign alone is -t / 2, for -t < r <= -t / 2.
    """
    t, n = np.float32(threshold), residual.size
    size, negative = np.abs(residual), residual < 0
    whole = size >= t
    half = (size >= t / 2) & ~whole & negative
    residual[whole] -= np.where(negative[whole], -t, t).astype(residual.dtype)
    residual[half] += residual.dtype.type(t / 2)
    words = _halfwords(whole, n) | _halfwords((whole & negative) | half, n) << np.uint32(16)
    message = np.zeros(n // 16 + 5, np.int32)
    message[:HEAD] = (n, n, t.view(np.int32), BITMAP)
    message[HEAD : HEAD + len(words)] = words.view(np.int32)
    return message, int(whole.sum() + half.sum())


def decode(message: np.ndarray, into: np.ndarray) -> None:
    """Adds what a message says to a vector of its length."""
    t = into.dtype.type(message[2:3].view(np.float32)[0])
    if message[3] == THRESHOLD:
        entries = message[HEAD:]
        into[np.abs(entries) - 1] += np.where(entries > 0, t, -t)
        return
    n = int(message[0])
    words = message[HEAD:].view(np.uint32)
    whole, sign = _bits(words & np.uint32(0xFFFF), n), _bits(words >> np.uint32(16), n)
    into[whole & ~sign] += t
    into[whole & sign] -= t
    into[sign & ~whole] -= t / into.dtype.type(2)


def touched(messages: Sequence[np.ndarray]) -> np.ndarray | slice:
    """Where messages say something; a slice of everything with a bitmap among them."""
    if any(message[3] == BITMAP for message in messages):
        return slice(None)
    return np.abs(np.concatenate([message[HEAD:] for message in messages])) - 1


def _halfwords(bits: np.ndarray, n: int) -> np.ndarray:
    packed = np.zeros(2 * (-(-n // 16)), np.uint8)
    bytes_ = np.packbits(bits, bitorder="little")
    packed[: len(bytes_)] = bytes_
    return packed.view("<u2").astype(np.uint32)


def _bits(halfwords: np.ndarray, n: int) -> np.ndarray:
    return np.unpackbits(halfwords.astype("<u2").view(np.uint8), count=n, bitorder="little").astype(bool)


@dataclass
class Encoder:
    """One worker's residual and threshold, and which layout its next message has.

    The first message is a bitmap, and bitmaps go on until one holds so few values that entries are shorter; entries
    that would fill a sixteenth of the vector become a bitmap again. Every `clip_every` messages the residual is cut
    to ``clip`` thresholds, so that old changes are not sent for ever.
    """

    algorithm: ThresholdAlgorithm
    residual: np.ndarray
    clip: float | None = 5.0
    clip_every: int = 5
    bitmap: bool = True
    made: int = 0
    threshold: float = 0.0
    sparsity: float | None = None

    def message(self, update: np.ndarray) -> np.ndarray | None:
        """The message of one step, None when nothing is large enough."""
        if self.sparsity is None:
            self.threshold = self.threshold or self.algorithm.first()
        else:
            self.threshold = self.algorithm.following(self.threshold, self.sparsity)
        self.residual += update
        message, self.sparsity = self._encoded()
        self.made += 1
        if self.clip is not None and self.made % self.clip_every == 0:
            limit = self.clip * self.threshold
            np.clip(self.residual, -limit, limit, out=self.residual)
        return message

    def _encoded(self) -> tuple[np.ndarray | None, float]:
        n = self.residual.size
        if not self.bitmap:
            index = np.flatnonzero(np.abs(self.residual) >= np.float32(self.threshold))
            if len(index) < n / 16:
                entries = threshold_message(self.residual, self.threshold, index)
                return (entries if len(entries) > HEAD else None), (len(entries) - HEAD) / n
            self.bitmap = True
        words, values = bitmap_message(self.residual, self.threshold)
        self.bitmap = values >= (n // 16 + 5) / 2
        return (words if values else None), 1 / 16
