"""The random numbers of Java, which decide how DL4J and Spark deal out examples."""

from __future__ import annotations

MASK = (1 << 48) - 1
WORD = (1 << 32) - 1


class JavaRandom:
    """``seed = seed * 0x5DEECE66D + 11 mod 2^48``: `java.util.Random`, number for number.

    Knuth, "The Art of Computer Programming", volume 2, 1981, section 3.2.1.
    """

    def __init__(self, seed: int) -> None:
        self._seed = (seed ^ 0x5DEECE66D) & MASK

    def _next(self, bits: int) -> int:
        self._seed = (self._seed * 0x5DEECE66D + 11) & MASK
        return self._seed >> (48 - bits)

    def below(self, bound: int) -> int:
        """`nextInt(bound)`: 0 to ``bound - 1``."""
        if bound & -bound == bound:
            return (bound * self._next(31)) >> 31
        while True:
            bits = self._next(31)
            value = bits % bound
            if bits - value + bound - 1 < 1 << 31:  # Java sees an overflow here, and draws again
                return value

    def long(self) -> int:
        """`nextLong()`."""
        high, low = self._next(32), self._next(32)
        value = ((high << 32) + low - (low >> 31 << 32)) & (1 << 64) - 1
        return value - (value >> 63 << 64)

    def shuffle(self, values: list[int]) -> None:
        """`Collections.shuffle`: from the last place down, each changes places with one at or before it."""
        for i in range(len(values), 1, -1):
            j = self.below(i)
            values[i - 1], values[j] = values[j], values[i - 1]


def byte_swapped(value: int) -> int:
    """`scala.util.hashing.byteswap32`, signed: Spark's seed of a partition's number."""
    swapped = int.from_bytes((value * 0x9E3775CD & WORD).to_bytes(4, "big"), "little") * 0x9E3775CD & WORD
    return swapped - (1 << 32) if swapped >> 31 else swapped
