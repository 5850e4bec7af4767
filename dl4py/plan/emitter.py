"""`Emitter`: records kernel calls and checks their shapes; nothing is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from dl4py.compatibility import Compatibility
from dl4py.kernels.jit import Kernel
from dl4py.plan.array import Array
from dl4py.shapes import Shape

Backward = Callable[[Array], Array | None]
"""Takes the gradient of an output, which it may overwrite, and gives the gradient of the input (None: not needed)."""


class Varying(Protocol):
    """A value that changes with the iteration or the epoch: a schedule."""

    def at(self, iteration: int, epoch: int, compatibility: Compatibility) -> float: ...


@dataclass(frozen=True)
class Call:
    """One kernel on some arrays, made by `owner` in a phase of the step: forward, backward or update."""

    kernel: Kernel
    arrays: tuple[Array, ...]
    constants: tuple[Any, ...]
    owner: str
    phase: str = "forward"


@dataclass
class Emitter:
    """Collects the calls of a step.

    `training` says whether dropout and batch statistics are on, `batch` is the number of examples, `seed` feeds random
    streams, `compatibility` answers whether a quirk of DL4J holds, `mini_batch` whether the batch size divides scores,
    `chain` whether the network is one. `stale` names the layers whose gradient is left from the step before (quirk 27).

    While a layer or vertex is emitted, `given` holds the shapes of its inputs and `masks` their masks: `[time, batch]`
    of sequences, `[rows, 1]` of rows, `[batch, height, width, 1]` of images. `sources` holds arrays and masks of the
    network's inputs by name. `carrying` names the state that recurrent layers keep between runs, None where they do
    not.
    """

    batch: int
    training: bool = True
    seed: int = 0
    compatibility: Compatibility = field(default_factory=Compatibility)
    calls: list[Call] = field(default_factory=list)
    rates: list[Varying | float] = field(default_factory=list)
    owner: str = ""
    phase: str = "forward"
    given: tuple[Shape, ...] = ()
    masks: tuple[Array | None, ...] = ()
    sources: dict[str, tuple[Array, Array | None]] = field(default_factory=dict)
    carrying: str | None = None
    asked: dict[int, dict[str, None]] = field(default_factory=dict)  # quirks that matter here, and to whom
    mini_batch: bool = True
    chain: bool = True
    stale: set[str] = field(default_factory=set)
    _streams: int = 0

    def __post_init__(self) -> None:
        self.clock = Array((2,), space="clock", precision="float64", name="clock")
        self.score = Array((1,), space="score", precision="float64", name="score")

    def array(self, *shape: int, precision: str = "net", name: str = "") -> Array:
        """A new array in the arena; its memory is anyone's until the first call that writes it."""
        return Array(shape, precision=precision, name=f"{self.owner}.{name}" if name else self.owner)

    def like(self, other: Array, name: str = "") -> Array:
        """A new array of the same shape."""
        return self.array(*other.shape, name=name)

    def constant(self, value: np.ndarray, precision: str = "net") -> Array:
        """An array that never changes."""
        return Array(
            value.shape,
            space="constant",
            precision=precision,
            value=value,
            name="constant",
            needs_gradient=False,
        )

    def rate(self, value: Varying | float) -> Array:
        """A single number, `[1]` in double, kept up to date before each step when it is a schedule."""
        if value not in self.rates:
            self.rates.append(value)
        return Array((1,), space="clock", precision="float64", offset=2 + self.rates.index(value), name="rate")

    def stream(self) -> int:
        """The number of a random stream that nobody else of this plan has."""
        self._streams += 1
        return self._streams

    @property
    def mask(self) -> Array | None:
        """The mask of the first input."""
        return self.masks[0] if self.masks else None

    def carry(self, name: str, *shape: int) -> Array | None:
        """State from before the run, which a recurrent layer replaces by its last; None where nothing is kept."""
        if self.carrying is None:
            return None
        place = f"carry/{self.carrying}/{self.owner}/{name}"
        return Array(shape, space=place, name=f"{self.owner}.{name}", needs_gradient=False)

    def quirk(self, number: int) -> bool:
        """Whether DL4J's quirk of that number is reproduced; that it was asked for is remembered."""
        self.asked.setdefault(number, {})[self.owner or "network"] = None
        return self.compatibility.has(number)

    @contextmanager
    def named(self, owner: str) -> Iterator[None]:
        """Calls inside belong to `owner`."""
        before, self.owner = self.owner, owner
        yield
        self.owner = before

    @contextmanager
    def inside(self, given: tuple[Shape, ...], masks: tuple[Array | None, ...]) -> Iterator[None]:
        """Calls inside are made for inputs of these shapes and masks."""
        before = self.given, self.masks
        self.given, self.masks = given, masks
        yield
        self.given, self.masks = before

    @contextmanager
    def scoring(self, score: Array) -> Iterator[None]:
        """Scores inside are added to `score`, which is nobody's."""
        before, self.score = self.score, score
        yield
        self.score = before

    @contextmanager
    def inference(self) -> Iterator[None]:
        """Calls inside are made as for inference."""
        before, self.training = self.training, False
        yield
        self.training = before

    def __call__(self, kernel: Kernel, *args: Any) -> None:
        """Records `kernel` on arrays, then constants."""
        count = len(kernel.operands)
        arrays, constants = args[:count], args[count:]
        _check(kernel, arrays, self.owner)
        self.calls.append(Call(kernel, arrays, constants, self.owner, self.phase))


def _check(kernel: Kernel, arrays: tuple[Array, ...], owner: str) -> None:
    sizes: dict[str, int] = {}
    for operand, array in zip(kernel.operands, arrays, strict=True):
        assert isinstance(array, Array), f"{owner}: {kernel} got {array!r} for an array"
        if operand.dims == ("...",):
            continue
        assert len(operand.dims) == len(array.shape), f"{owner}: {kernel} got {array!r} for {operand.dims}"
        for word, size in zip(operand.dims, array.shape, strict=True):
            if word not in ("_", "c"):
                assert sizes.setdefault(word, size) == size, f"{owner}: {kernel} got {arrays}: `{word}` differs"
