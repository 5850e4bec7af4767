"""Vectors that lie in shards with workers: arithmetic on them is commands, and only scalars come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


class Shards(Protocol):
    """Where commands go."""

    def tell(self, *command: Any) -> None:
        """A command that nobody answers."""

    def ask(self, *command: Any) -> list[Any]:
        """A command with the answer of every shard."""

    def number(self) -> int:
        """A name for a new vector."""

    def forget(self, name: int) -> None:
        """Nobody needs that vector any more."""


@dataclass(frozen=True)
class Multiple:
    """``factor * vector``, not computed yet."""

    factor: float
    vector: Remote


class Remote:
    """A vector of the shards; it computes as an array does."""

    def __init__(self, shards: Shards, name: int) -> None:
        self.shards, self.name = shards, name

    @classmethod
    def made(cls, shards: Shards, *command: Any) -> Remote:
        """The vector that a command makes; its name follows the command's word."""
        vector = cls(shards, shards.number())
        shards.tell(command[0], vector.name, *command[1:])
        return vector

    def copy(self) -> Remote:
        """Another of the same values."""
        return self.made(self.shards, "copy", self.name)

    def __matmul__(self, other: Remote) -> float:
        """The scalar product, summed in double in the order of the shards."""
        return float(sum(self.shards.ask("dot", self.name, other.name)))

    def __rmul__(self, factor: float) -> Multiple:
        return Multiple(factor, self)

    def __add__(self, other: Remote | Multiple) -> Remote:
        return self._plus(other, 1.0)

    def __sub__(self, other: Remote | Multiple) -> Remote:
        return self._plus(other, -1.0)

    def __iadd__(self, other: Remote | Multiple) -> Remote:
        part = _multiple(other)
        self.shards.tell("add", self.name, part.factor, part.vector.name)
        return self

    def __isub__(self, other: Remote | Multiple) -> Remote:
        part = _multiple(other)
        self.shards.tell("add", self.name, -part.factor, part.vector.name)
        return self

    def __imul__(self, factor: float) -> Remote:
        self.shards.tell("scale", self.name, factor)
        return self

    def _plus(self, other: Remote | Multiple, sign: float) -> Remote:
        part = _multiple(other)
        return self.made(self.shards, "plus", self.name, sign * part.factor, part.vector.name)

    def __del__(self) -> None:
        self.shards.forget(self.name)


def _multiple(other: Remote | Multiple) -> Multiple:
    return other if isinstance(other, Multiple) else Multiple(1.0, other)
