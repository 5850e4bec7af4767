"""The random numbers of Java, which decide how DL4J and Spark deal out examples."""

from __future__ import annotations

MASK = (1 << 48) - 1
WORD = (1 << 32) - 1
LONG = (1 << 64) - 1


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
        value = ((high << 32) + low - (low >> 31 << 32)) & LONG
        return value - (value >> 63 << 64)

    def shuffle(self, values: list[int]) -> None:
        """`Collections.shuffle`: from the last place down, each changes places with one at or before it."""
        for i in range(len(values), 1, -1):
            j = self.below(i)
            values[i - 1], values[j] = values[j], values[i - 1]


class XorShift(JavaRandom):
    """``s ^= s << 21; s ^= s >>> 35; s ^= s << 4``: Spark's `XORShiftRandom`, which deals out partitions.

    Marsaglia, "Xorshift RNGs", 2003, https://doi.org/10.18637/jss.v008.i14; the seed is hashed twice.
    """

    def __init__(self, seed: int) -> None:
        data = (seed & LONG).to_bytes(8, "big")
        low = murmur(data, 0x3C074A61)
        self._seed = murmur(data, low) << 32 | low

    def _next(self, bits: int) -> int:
        seed = self._seed ^ (self._seed << 21) & LONG
        seed ^= seed >> 35
        self._seed = seed ^ (seed << 4) & LONG
        return self._seed & ((1 << bits) - 1)


def murmur(data: bytes, seed: int) -> int:
    """MurmurHash3 of whole words (Appleby, 2011), 32 bits."""
    state = seed
    for i in range(0, len(data), 4):
        word = int.from_bytes(data[i : i + 4], "little") * 0xCC9E2D51 & WORD
        state ^= _turned(word, 15) * 0x1B873593 & WORD
        state = (_turned(state, 13) * 5 + 0xE6546B64) & WORD
    state ^= len(data)
    state = (state ^ state >> 16) * 0x85EBCA6B & WORD
    state = (state ^ state >> 13) * 0xC2B2AE35 & WORD
    return state ^ state >> 16


def _turned(value: int, bits: int) -> int:
    return (value << bits | value >> (32 - bits)) & WORD
