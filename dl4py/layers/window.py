"""Windows that slide over an axis: the one rule of output sizes, for convolution and pooling of every rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dl4py.errors import InvalidValue, ShapeError
from dl4py.layers.base import Layer
from dl4py.spec import Thing, key

ConvolutionMode = Literal["strict", "truncate", "same", "causal"]


class ConvolutionModeKey(Thing):
    """The key of every layer with windows that `defaults:` may set."""

    convolution_mode: ConvolutionMode = key(
        "How windows fit: `truncate` leaves out what no whole window covers, `strict` refuses that, `same` pads so "
        "that stride 1 keeps the size, `causal` (sequences) pads before the first step only.",
        default="truncate",
        spelling="pascal",
        inherited=True,
    )


@dataclass(frozen=True)
class Window:
    """Windows along one axis of `size` places: `out` of them, one every `stride`, the first `begin` places early.

    A window has `kernel` taps, `dilation` places apart.
    """

    size: int
    kernel: int
    stride: int
    dilation: int
    begin: int
    out: int

    @property
    def span(self) -> int:
        """Places from a window's first tap to its last."""
        return span(self.kernel, self.dilation)


def span(kernel: int, dilation: int) -> int:
    """``kE = (k - 1) d + 1``: places that a dilated kernel covers."""
    return (kernel - 1) * dilation + 1


def slide(size: int, kernel: int, stride: int, padding: int, dilation: int, mode: ConvolutionMode) -> Window:
    """Windows over an axis.

    `strict` and `truncate` give ``floor((in - kE + 2p) / s) + 1`` windows, `same` and `causal` ``ceil(in / s)``. What
    `same` lacks is padded half before (rounded down), half after; `causal` pads ``kE - 1`` before.
    """
    covered = span(kernel, dilation)
    if mode in ("strict", "truncate"):
        return Window(size, kernel, stride, dilation, padding, (size - covered + 2 * padding) // stride + 1)
    out = -(-size // stride)
    begin = covered - 1 if mode == "causal" else max((out - 1) * stride + covered - size, 0) // 2
    return Window(size, kernel, stride, dilation, begin, out)


def spread(size: int, kernel: int, stride: int, padding: int, dilation: int, mode: ConvolutionMode) -> Window:
    """The windows over the *output* axis of a deconvolution whose input axis has `size` places, a window for each.

    The output has ``s (in - 1) + kE - 2p`` places, ``s in`` with `same`: there the full map is cut by half of what is
    too much before, rounded towards 0 as DL4J does, the rest after.
    """
    covered = span(kernel, dilation)
    if mode != "same":
        return Window(stride * (size - 1) + covered - 2 * padding, kernel, stride, dilation, padding, size)
    return Window(stride * size, kernel, stride, dilation, int((covered - stride) / 2), size)


@dataclass(frozen=True)
class Sliding:
    """What a layer says of its windows: a number for each of its named axes."""

    layer: Layer
    axes: tuple[str, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    mode: ConvolutionMode

    def windows(self, sizes: Sequence[int]) -> tuple[Window, ...]:
        """Windows over axes of these sizes; raises `ShapeError` with the arithmetic where they do not fit."""
        if self.mode == "causal" and self.axes != ("time",):
            raise InvalidValue(
                f"layer `{self.layer.name}` ({self.layer.type}) has no past: `causal` is for sequences",
                at=self.layer.mark("convolution_mode"),
                hint="use same, truncate or strict",
            )
        found = self._fit(sizes, self.mode)
        if any(window.out < 1 for window in found):
            raise self._mistake(found, "is larger than its input", "each must be at least 1", ("same",))
        if self.mode == "strict" and any(_rest(window, p) for window, p in zip(found, self.padding, strict=True)):
            raise self._mistake(
                found, "does not tile its input in strict mode", "all must be whole", ("truncate", "same")
            )
        return found

    def spread(self, sizes: Sequence[int]) -> tuple[Window, ...]:
        """Windows over the output of a deconvolution of axes of these sizes."""
        found = tuple(spread(*numbers, self.mode) for numbers in self._numbers(sizes))
        if any(window.size < 1 for window in found):
            sums = ", ".join(
                f"{axis}: {w.stride}*({w.out} - 1) + {w.span} - 2*{p} = {w.size}"
                for axis, w, p in zip(self.axes, found, self.padding, strict=True)
            )
            raise ShapeError(
                f"layer `{self.layer.name}` ({self.layer.type}) cuts off all of its output",
                at=self.layer.mark("padding"),
                note=f"{sums}; each must be at least 1",
                hint="write a smaller padding",
            )
        return found

    def _fit(self, sizes: Sequence[int], mode: ConvolutionMode) -> tuple[Window, ...]:
        return tuple(slide(*numbers, mode) for numbers in self._numbers(sizes))

    def _numbers(self, sizes: Sequence[int]) -> list[tuple[int, int, int, int, int]]:
        return list(zip(sizes, self.kernel, self.stride, self.padding, self.dilation, strict=True))

    def _mistake(
        self, found: tuple[Window, ...], what: str, wanted: str, others: tuple[ConvolutionMode, ...]
    ) -> ShapeError:
        sums = [_arithmetic(axis, w, p) for axis, w, p in zip(self.axes, found, self.padding, strict=True)]
        sizes = [window.size for window in found]
        ways = [f"`{mode}` gives {' x '.join(str(w.out) for w in self._fit(sizes, mode))}" for mode in others]
        return ShapeError(
            f"layer `{self.layer.name}` ({self.layer.type}): its window {what}",
            at=self.layer.mark("kernel_size"),
            note=f"{', '.join(sums)}; {wanted}",
            hint=", ".join(ways),
        )


def _rest(window: Window, padding: int) -> int:
    return (window.size - window.span + 2 * padding) % window.stride


def _arithmetic(axis: str, w: Window, padding: int) -> str:
    value = (w.size - w.span + 2 * padding) / w.stride + 1
    dilated = f" (a kernel of {w.kernel}, {w.dilation} apart, covers {w.span})" if w.dilation > 1 else ""
    return f"{axis}: ({w.size} - {w.span} + 2*{padding})/{w.stride} + 1 = {value:.2f}{dilated}"
