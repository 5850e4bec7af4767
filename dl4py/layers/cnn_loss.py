"""Loss layers of images and volumes: an activation and a loss at each place, without parameters."""

from collections.abc import Callable
from typing import Any, ClassVar, Self

from dl4py import kernels as k
from dl4py.activations import Activation
from dl4py.layers.base import Layer, LossLayerPart, TrainableKeys, layer, scored
from dl4py.layers.columns import as_rows
from dl4py.layers.images import ImageFormat, Spatial, VolumeFormat, checked, formatted, place_mask
from dl4py.layers.loss import copied
from dl4py.plan import Array, Backward, Emitter, Params
from dl4py.preprocessors import Preprocessor
from dl4py.preprocessors.automatic import before_images
from dl4py.shapes import Convolutional, Convolutional3D, Shape
from dl4py.spec import key

TURNED = (0, 2, 3, 1)  # the height of `[batch, height, width, channels]` last


class PlacesLoss(Layer, TrainableKeys, LossLayerPart):
    """``y = activation(x)`` over the channels of each place, ``score = sum over places of loss(y, labels)``.

    The score is divided by examples, not by places. A label mask covers examples, places, or single values; without one
    the mask of the input says which places count.
    """

    json_constants: ClassVar[dict[str, Any]] = {"nin": 0, "nout": 0, "timeDistributedFormat": None}
    takes: ClassVar[type[Spatial]] = Convolutional
    layout: ClassVar[str] = "format"

    activation: Activation = key("Function of the input.", default="identity", json="activationFn")

    def given(self, shape: Shape) -> Self:
        return self.but(**formatted(self, checked(self, shape, self.takes), self.layout))

    def output_shape(self, given: Shape) -> Shape:
        return given

    def wanted(self, given: Shape) -> Preprocessor | None:
        return before_images(given) if self.takes is Convolutional else None

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        y, backward = self.activation.emit(e, as_rows(x))

        def places_backward(dy: Array) -> Array | None:
            dx = backward(as_rows(dy))
            return dx.reshape(*x.shape) if dx is not None else None

        return y.reshape(*x.shape), places_backward

    def emit_scored(
        self, e: Emitter, x: Array, p: Params, labels: Array, mask: Array | None
    ) -> tuple[Array, Callable[[Array | None], Array | None]]:
        mask = place_mask(e, x) if mask is None else as_rows(mask)
        z = as_rows(x if mask is None else copied(e, x))  # a mask may be multiplied into it
        score = e.score
        if isinstance(e.given[0], Convolutional) and e.given[0].format == "NHWC" and mask is None and e.quirk(44):
            self._score_turned(e, x, labels)
            score = e.array(1, precision="float64", name="unread")
            e(k.rows.fill, score, 0.0)
        y, backward = scored(e, z, self.activation, self.loss, as_rows(labels), mask, score)
        return y.reshape(*x.shape), lambda dy: backward(None if dy is None else as_rows(dy)).reshape(*x.shape)

    def _score_turned(self, e: Emitter, x: Array, labels: Array) -> None:
        """Adds DL4J's score of images with channels last: columns of an image in place of its channels."""
        turned = [e.array(*(a.shape[i] for i in TURNED), name="turned") for a in (x, labels)]
        for a, columns in zip((x, labels), turned, strict=True):
            e(k.move.copy_any, a.transposed(*TURNED), columns)
        scored(e, as_rows(turned[0]), self.activation, self.loss, as_rows(turned[1]), None)


@layer("cnn_loss", java="org.deeplearning4j.nn.conf.layers.CnnLossLayer")
class CnnLoss(PlacesLoss):
    """``y = activation(x)`` over the channels of each pixel, ``score = sum over pixels of loss(y, labels)``.

    Input, output and labels ``[batch, channels, height, width]``. A label mask is ``[batch, 1]``, ``[batch, 1, height,
    width]`` where any of the last may be 1, or as the labels.
    """

    summary_name: ClassVar[str] = "CnnLossLayer"

    format: ImageFormat = key("Order of the axes, the input's.", default="nchw", spelling="upper")


@layer("cnn3d_loss", java="org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer")
class Cnn3DLoss(PlacesLoss):
    """``y = activation(x)`` over the channels of each voxel, ``score = sum over voxels of loss(y, labels)``.

    Input, output and labels ``[batch, channels, depth, height, width]``.
    """

    summary_name: ClassVar[str] = "Cnn3DLossLayer"
    takes: ClassVar[type[Spatial]] = Convolutional3D
    layout: ClassVar[str] = "data_format"

    data_format: VolumeFormat = key("Order of the axes, the input's.", default="ncdhw", spelling="upper")
