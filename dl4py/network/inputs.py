"""What a network is fed: the shapes that a spec can name."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from dl4py import shapes
from dl4py.registry import Kind
from dl4py.spec import Size, Thing, key

INPUTS: Kind[Input] = Kind("input", package="dl4py.network.inputs", group="dl4py.inputs")


class Input(Thing):
    """The shape of one example. A bare number `n` is short for `{type: feed_forward, size: n}`."""

    kind: ClassVar[Kind[Any]] = INPUTS
    short: ClassVar[str | None] = "feed_forward.size"

    def shape(self) -> shapes.Shape:
        """The shape as layers see it."""
        raise NotImplementedError


@INPUTS.register("feed_forward")
class FeedForwardInput(Input):
    """Rows of numbers, `[batch, size]`."""

    size: Size = key("Columns of a row.")

    def shape(self) -> shapes.Shape:
        return shapes.FeedForward(self.size)


@INPUTS.register("recurrent")
class RecurrentInput(Input):
    """Sequences, `[batch, size, time]` (`ncw`) or `[batch, time, size]` (`nwc`)."""

    size: Size = key("Values of a step.")
    time: Size | None = key("Steps of a sequence; absent where they vary.", default=None)
    format: Literal["ncw", "nwc"] = key("Order of the axes.", default="ncw")

    def shape(self) -> shapes.Shape:
        return shapes.Recurrent(self.size, self.time, self.format.upper())


@INPUTS.register("convolutional")
class ConvolutionalInput(Input):
    """Images, `[batch, channels, height, width]` (`nchw`) or channels last (`nhwc`)."""

    channels: Size = key("Channels of an image.")
    height: Size = key("Rows of an image.")
    width: Size = key("Columns of an image.")
    format: Literal["nchw", "nhwc"] = key("Order of the axes.", default="nchw")

    def shape(self) -> shapes.Shape:
        return shapes.Convolutional(self.channels, self.height, self.width, self.format.upper())


@INPUTS.register("convolutional_flat")
class ConvolutionalFlatInput(Input):
    """Images as rows, `[batch, channels * height * width]`, channel by channel."""

    channels: Size = key("Channels of an image.")
    height: Size = key("Rows of an image.")
    width: Size = key("Columns of an image.")

    def shape(self) -> shapes.Shape:
        return shapes.ConvolutionalFlat(self.channels, self.height, self.width)


@INPUTS.register("convolutional_3d")
class Convolutional3DInput(Input):
    """Volumes, `[batch, channels, depth, height, width]` (`ncdhw`) or channels last (`ndhwc`)."""

    channels: Size = key("Channels of a volume.")
    depth: Size = key("Planes of a volume.")
    height: Size = key("Rows of a plane.")
    width: Size = key("Columns of a plane.")
    format: Literal["ncdhw", "ndhwc"] = key("Order of the axes.", default="ncdhw")

    def shape(self) -> shapes.Shape:
        return shapes.Convolutional3D(self.channels, self.depth, self.height, self.width, self.format.upper())
