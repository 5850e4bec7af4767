"""What flows between layers: the shape of one example, as DL4J's `InputType` describes it.

`array` is the shape of one example at the face of a network, in DL4J's layout. A plan holds features and channels as
the last axis: rows `[batch, size]`, sequences `[time, batch, size]`, images `[batch, height, width, channels]`, volumes
`[batch, depth, height, width, channels]`; `inside` is the order in which it takes the axes of a batch. Where a sequence
is unrolled its steps are rows, `[time * batch, size]`, and `steps` is their number (None while it is not known).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod


@dataclass(frozen=True)
class FeedForward:
    """`[batch, size]`. `time_format` is set where a sequence was unrolled or pooled over its steps."""

    size: int
    time_format: str | None = None
    steps: int | None = field(default=1, compare=False)

    @property
    def array(self) -> tuple[int, ...]:
        """The shape of one example as an array."""
        return (self.size,)

    @property
    def inside(self) -> tuple[int, ...]:
        """The axes of a batch as a plan holds them."""
        return (0, 1)

    def __str__(self) -> str:
        return f"InputTypeFeedForward({self.size}{',' + self.time_format if self.time_format else ''})"


@dataclass(frozen=True)
class Recurrent:
    """`[batch, size, time]` (NCW) or `[batch, time, size]` (NWC); `time` is None where it varies."""

    size: int
    time: int | None = None
    format: str = "NCW"

    @property
    def array(self) -> tuple[int, ...]:
        """The shape of one example as an array; 0 stands for a length that varies."""
        time = self.time or 0
        return (self.size, time) if self.format == "NCW" else (time, self.size)

    @property
    def inside(self) -> tuple[int, ...]:
        """The axes of a batch as a plan holds them: time, batch, size."""
        return (2, 0, 1) if self.format == "NCW" else (1, 0, 2)

    def __str__(self) -> str:
        length = f",timeSeriesLength={self.time}" if self.time else ""
        return f"InputTypeRecurrent({self.size}{length},format={self.format})"


@dataclass(frozen=True)
class Convolutional:
    """`[batch, channels, height, width]` (NCHW) or `[batch, height, width, channels]` (NHWC)."""

    channels: int
    height: int
    width: int
    format: str = "NCHW"
    steps: int | None = field(default=1, compare=False)

    @property
    def array(self) -> tuple[int, ...]:
        """The shape of one example as an array."""
        c, h, w = self.channels, self.height, self.width
        return (c, h, w) if self.format == "NCHW" else (h, w, c)

    @property
    def inside(self) -> tuple[int, ...]:
        """The axes of a batch as a plan holds them: batch, height, width, channels."""
        return (0, 2, 3, 1) if self.format == "NCHW" else (0, 1, 2, 3)

    @property
    def size(self) -> int:
        """Number of values of one example."""
        return self.channels * self.height * self.width

    def __str__(self) -> str:
        return f"InputTypeConvolutional(h={self.height},w={self.width},c={self.channels},{self.format})"


@dataclass(frozen=True)
class ConvolutionalFlat:
    """`[batch, channels * height * width]`: images as rows, channel first."""

    channels: int
    height: int
    width: int

    @property
    def size(self) -> int:
        """Number of values of one example."""
        return self.channels * self.height * self.width

    @property
    def array(self) -> tuple[int, ...]:
        """The shape of one example as an array."""
        return (self.size,)

    @property
    def inside(self) -> tuple[int, ...]:
        """The axes of a batch as a plan holds them."""
        return (0, 1)

    def __str__(self) -> str:
        return f"InputTypeConvolutionalFlat(h={self.height},w={self.width},d={self.channels})"


@dataclass(frozen=True)
class Convolutional3D:
    """`[batch, channels, depth, height, width]` (NCDHW) or channels last (NDHWC)."""

    channels: int
    depth: int
    height: int
    width: int
    format: str = "NCDHW"

    @property
    def array(self) -> tuple[int, ...]:
        """The shape of one example as an array."""
        space = (self.depth, self.height, self.width)
        return (self.channels, *space) if self.format == "NCDHW" else (*space, self.channels)

    @property
    def inside(self) -> tuple[int, ...]:
        """The axes of a batch as a plan holds them: batch, depth, height, width, channels."""
        return (0, 2, 3, 4, 1) if self.format == "NCDHW" else (0, 1, 2, 3, 4)

    @property
    def size(self) -> int:
        """Number of values of one example."""
        return prod(self.array)

    def __str__(self) -> str:
        return (
            f"InputTypeConvolutional3D(format={self.format},d={self.depth},h={self.height},"
            f"w={self.width},c={self.channels})"
        )


Shape = FeedForward | Recurrent | Convolutional | ConvolutionalFlat | Convolutional3D


def said(*shapes: Shape) -> str:
    """Shapes as a message names them."""
    return ", ".join(_said(shape) for shape in shapes)


def _said(shape: Shape) -> str:
    if isinstance(shape, FeedForward | ConvolutionalFlat):
        return f"rows of {shape.size}"
    if isinstance(shape, Recurrent):
        return f"sequences of {shape.size} x {shape.time or 'any'} steps"
    sizes = " x ".join(map(str, shape.array))
    return f"{'images' if isinstance(shape, Convolutional) else 'volumes'} of {sizes} ({shape.format})"
