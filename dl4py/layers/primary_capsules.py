"""Primary capsules: a convolution whose channels are vectors."""

from __future__ import annotations

from math import prod
from typing import Any, Self

from dl4py import kernels as k
from dl4py.activations.base import ACTIVATIONS
from dl4py.errors import ShapeError
from dl4py.layers.base import layer
from dl4py.layers.columns import Grid, as_rows, correlate, extent, reshaped
from dl4py.layers.convolutional import AXES, checked_channels, hide
from dl4py.layers.images import checked, full_mask
from dl4py.layers.same_diff import SameDiffKeys, SameDiffLayer, known, taken_twice
from dl4py.layers.window import ConvolutionMode, Sliding
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.preprocessors import Preprocessor
from dl4py.shapes import Convolutional, Recurrent, Shape
from dl4py.spec import CountPair, Flag, NonNegative, Pair, Size, key


@layer("primary_capsules", java="org.deeplearning4j.nn.conf.layers.PrimaryCapsules")
class PrimaryCapsules(SameDiffKeys, SameDiffLayer):
    """``y_c = squash(z_c)``, ``squash(z) = z |z|^2 / ((1 + |z|^2) sqrt(|z|^2 + 1e-5))``, for vectors cut out of images.

    ``z`` is the convolution of the input, with ReLU where `use_relu` holds; its values, channel by channel, are cut
    into vectors of `capsule_dimensions`. Input ``[batch, height, width, channels]``, output: sequences, as DL4J has it,
    whose features are the capsules and whose steps are their dimensions, ``[capsule_dimensions, batch, capsules]``.
    Parameters ``weight [kernel height, kernel width, n_in, channels capsule_dimensions]``,
    ``bias [channels capsule_dimensions]``.
    Sabour, Frosst and Hinton, "Dynamic Routing Between Capsules", 2017, https://arxiv.org/abs/1710.09829.
    """

    capsule_dimensions: Size = key("Size of a capsule's vector.")
    channels: Size = key("Capsules at each place.")
    kernel_size: Pair = key("Height and width of a window.", default=9)
    stride: Pair = key("Places from a window to the next.", default=2)
    padding: CountPair = key("Zeros before and after each axis.", default=0)
    dilation: Pair = key("Places from a tap of a window to the next.", default=1)
    convolution_mode: ConvolutionMode = key(
        "How windows fit, see `convolution`.", default="truncate", spelling="pascal"
    )
    has_bias: Flag = key("Add a bias for each channel of the convolution.", default=True)
    use_relu: Flag = key("Rectify what the convolution gives.", default=False)
    leak: NonNegative = key("Slope below 0 of the rectified convolution.", default=0.0)
    input_channels: Size | None = key("Channels of the input; found when absent.", default=None)
    capsules: Size | None = key("Number of all capsules; found when absent.", default=None)

    @property
    def sliding(self) -> Sliding:
        """The windows."""
        geometry = (self.kernel_size, self.stride, self.padding, self.dilation)
        return Sliding(self, AXES[Convolutional], *geometry, self.convolution_mode)

    @property
    def values(self) -> int:
        """Channels of the convolution."""
        return self.channels * self.capsule_dimensions

    def given(self, shape: Shape) -> Self:
        found = checked(self, shape, Convolutional)
        assert isinstance(found, Convolutional)
        many = checked_channels(self, self.input_channels, found, "input_channels")
        places = prod(w.out for w in self.sliding.windows((found.height, found.width)))
        capsules = self.channels * places
        if self.capsules not in (None, capsules):
            raise ShapeError(
                f"layer `{self.name}` has {self.capsules} capsules, but its input makes {capsules}",
                at=self.mark("capsules"),
                note=f"{self.channels} channels at {places} places",
                hint="leave `capsules` out",
            )
        return self.but(input_channels=many, capsules=capsules)

    def wanted(self, given: Shape) -> Preprocessor | None:
        from dl4py.preprocessors.automatic import before_images

        return before_images(given)

    def output_shape(self, given: Shape) -> Shape:
        assert self.capsules is not None
        return Recurrent(self.capsules, self.capsule_dimensions)

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        return None

    def params(self) -> list[Param]:
        (channels,) = known(self, "input_channels")
        taps = prod(self.kernel_size)
        fans = (float(channels * taps), self.values * taps / prod(self.stride))
        shape = (*self.kernel_size, channels, self.values)
        bias = [Param.bias("bias", (self.values,))] if self.has_bias else []
        return [Param.weight("weight", shape, order="c", fans=fans), *bias]

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        mask = full_mask(e, e.mask) if e.mask is not None and not e.quirk(17) else None
        images = x if mask is None else _hidden(e, x, mask)
        z, convolution_backward = self._convolved(e, images, p)
        vectors = e.array(x.rows, self.values, *z.shape[1:3], name="vectors")
        e(k.move.copy_any, z.transposed(0, 3, 1, 2), vectors)
        s = vectors.reshape(x.rows, vectors.size // (x.rows * self.capsule_dimensions), self.capsule_dimensions)
        v = e.like(s, "v")
        e(k.capsules.squash, s, v)
        y = e.array(s.shape[2], s.rows, s.columns, name="y")
        e(k.move.copy_any, v.transposed(2, 0, 1), y)

        def backward(dy: Array) -> Array | None:
            ds, dz = e.like(s, "ds"), e.like(z, "dz")
            e(k.move.copy_any, taken_twice(e, dy).transposed(1, 2, 0), ds)
            e(k.capsules.squash_backward, s, ds)
            e(k.move.copy_any, ds.reshape(*vectors.shape).transposed(0, 2, 3, 1), dz)
            dx = convolution_backward(dz)
            if dx is not None and mask is not None:
                hide(e, dx, mask)
            return dx

        return y, backward

    def _convolved(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        windows = self.sliding.windows(extent(x))
        grid = Grid.over(x.shape, windows)
        rows, product_backward = correlate(e, grid, grid.lifted(x), as_rows(p.weight))
        if "bias" in p:
            e(k.rows.add_row, rows, p.bias)
        shape = reshaped(x.shape, [w.out for w in windows], self.values)
        name = "identity" if not self.use_relu else "leakyrelu" if self.leak else "relu"
        activation = ACTIVATIONS.make(name, **({"alpha": self.leak} if name == "leakyrelu" else {}))
        y, activation_backward = activation.emit(e, rows)

        def backward(dz: Array) -> Array | None:
            drows = activation_backward(as_rows(dz))
            assert drows is not None
            if "bias" in p:
                e(k.rows.sum_rows, drows, p.bias.gradient)
            dx = product_backward(drows, as_rows(p.weight.gradient))
            return dx.reshape(*x.shape) if dx is not None else None

        return y.reshape(*shape), backward

    @classmethod
    def from_dl4j(cls, values: dict[str, Any]) -> dict[str, Any]:
        unknown = {("capsules", 0), ("input_channels", 0)}
        return {name: value for name, value in super().from_dl4j(values).items() if (name, value) not in unknown}


def _hidden(e: Emitter, x: Array, mask: Array) -> Array:
    """A copy without what the mask covers."""
    clean = e.like(x, "clean")
    clean.needs_gradient = x.needs_gradient
    e(k.move.copy_any, x, clean)
    hide(e, clean, mask)
    return clean
