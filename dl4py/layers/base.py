"""What layers share: their keys, and what each promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from dl4py.activations import Activation
from dl4py.constraints import Constraint
from dl4py.dropouts import Dropout
from dl4py.errors import ShapeError
from dl4py.initializers import Initializer
from dl4py.losses import Loss
from dl4py.losses.base import apply_mask, per_example
from dl4py.plan import Array, Backward, Emitter, Param, Params
from dl4py.preprocessors import Preprocessor
from dl4py.registry import Kind
from dl4py.regularization import Regularization
from dl4py.schedules.base import Rate
from dl4py.shapes import ConvolutionalFlat, FeedForward, Recurrent, Shape, said
from dl4py.spec import AsTuple, Names, Number, Positive, Size, Thing, key
from dl4py.updaters import Updater
from dl4py.weight_noise import WeightNoise

C = TypeVar("C", bound=type)
NO_PARAMETERS: dict[str, Any] = {"gradientNormalization": "None", "gradientNormalizationThreshold": 0.0}
LAYERS: Kind[Layer] = Kind("layer", package="dl4py.layers")

GradientNormalization = Literal[
    "none",
    "renormalize_l2_per_layer",
    "renormalize_l2_per_param_type",
    "clip_element_wise_absolute_value",
    "clip_l2_per_layer",
    "clip_l2_per_param_type",
]
Penalties = Annotated[tuple[Regularization, ...], AsTuple]


class LayerKeys(Thing):
    """Keys of every layer that `defaults:` may set."""

    dropout: Dropout | None = key("Noise on the layer's input.", default=None, json="idropout", inherited=True)
    constraints: Annotated[tuple[Constraint, ...] | None, AsTuple] = key(
        "Projections of parameters after each step.", default=None, inherited=True
    )


class UpdatedKeys(Thing):
    """Keys of everything with parameters that `defaults:` may set: how they are updated.

    DL4J leaves penalties out of the score where `penalties_scored` does not hold (quirk 40). Where `biases_apart` does
    not hold biases have no updater of their own.
    """

    penalties_scored: ClassVar[bool] = True
    biases_apart: ClassVar[bool] = True

    weight_init: Initializer | None = key("First values of weights.", default=None, inherited=True)
    updater: Updater = key("Rule that turns gradients into steps.", default="sgd", inherited=True)
    bias_updater: Updater | None = key("Rule for biases; `updater` when absent.", default=None, inherited=True)
    l1: Rate | None = key("L1 coefficient of weights.", default=None, json="", inherited=True)
    l2: Rate | None = key("L2 coefficient of weights.", default=None, json="", inherited=True)
    weight_decay: Rate | None = key(
        "Weight decay of weights, scaled by the rate.", default=None, json="", inherited=True
    )
    l1_bias: Rate | None = key("L1 coefficient of biases.", default=None, json="", inherited=True)
    l2_bias: Rate | None = key("L2 coefficient of biases.", default=None, json="", inherited=True)
    weight_decay_bias: Rate | None = key(
        "Weight decay of biases, scaled by the rate.", default=None, json="", inherited=True
    )
    regularization: Penalties = key("Further penalties of weights.", default=(), inherited=True)
    regularization_bias: Penalties = key("Further penalties of biases.", default=(), inherited=True)
    gradient_normalization: GradientNormalization = key(
        "Normalization or clipping of the layer's gradient.",
        default="none",
        spelling="pascal",
        inherited=True,
    )
    gradient_normalization_threshold: Positive = key("Threshold of clipping.", default=1.0, inherited=True)


class TrainableKeys(LayerKeys, UpdatedKeys):
    """Keys of every layer with parameters that `defaults:` may set."""

    activation: Activation = key("Function of the pre-output.", default="sigmoid", json="activationFn", inherited=True)
    weight_init: Initializer = key("First values of weights.", default="xavier", json="weightInitFn", inherited=True)
    bias_init: Number = key("First value of biases.", default=0.0, inherited=True)
    gain_init: Number = key("First value of layer normalization's gain.", default=1.0, inherited=True)
    updater: Updater = key("Rule that turns gradients into steps.", default="sgd", json="iupdater", inherited=True)
    weight_noise: WeightNoise | None = key("Noise on parameters while training.", default=None, inherited=True)


class Layer(LayerKeys):
    """A vertex that transforms one input.

    `summary_name` is the name in DL4J's summary. `frozen` layers run as in inference and pass no gradient. Where
    `masks_rows` holds, output rows are multiplied by the mask of the input.
    """

    kind: ClassVar[Kind[Any]] = LAYERS
    summary_name: ClassVar[str] = ""
    frozen: ClassVar[bool] = False
    masks_rows: ClassVar[bool] = False
    wraps: ClassVar[tuple[str, ...]] = ()  # keys that hold inner layers

    name: str | None = key("Name; `layer<i>` when absent.", default=None, json="layerName")
    inputs: Names = key("Names of the vertices whose outputs come in; the one before when absent.", default=(), json="")
    preprocessor: Preprocessor | None = key(
        "Change of shape before the layer; found from the shapes when absent.", default=None, json=""
    )

    def given(self, shape: Shape) -> Self:
        """The layer knowing its input; raises `ShapeError` where it cannot take it."""
        return self

    def output_shape(self, given: Shape) -> Shape:
        """The shape that comes out."""
        raise NotImplementedError

    def params(self) -> list[Param]:
        """Parameters in DL4J's order, when the input is known."""
        return []

    def emit(self, e: Emitter, x: Array, p: Params) -> tuple[Array, Backward]:
        """Records ``y`` and returns it with its backward, which fills the gradients of `p` and gives ``dx``."""
        raise NotImplementedError

    def output_mask(self, e: Emitter, mask: Array | None) -> Array | None:
        """The mask of what comes out, for a mask of what comes in."""
        return mask

    def trained(self) -> UpdatedKeys | None:
        """The layer whose updater and penalties hold for the parameters; None without parameters."""
        return None

    def with_variables(self, names: tuple[str, ...]) -> Self:
        """The layer as the parameter names of DL4J's JSON make it; only batch normalization reads them."""
        return self

    def expected(self) -> Shape | None:
        """What the layer must be fed where nobody says; None where that is open."""
        return None

    def wanted(self, given: Shape) -> Preprocessor | None:
        """The preprocessor that turns `given` into a shape the layer takes; None when it takes it as it is."""
        return None


class TrainableLayer(Layer, TrainableKeys):
    """A layer with parameters."""

    def trained(self) -> TrainableKeys | None:
        return self


class FeedForwardLayer(TrainableLayer):
    """A layer from `[batch, n_in]` to `[batch, n_out]`."""

    masks_rows: ClassVar[bool] = True

    n_in: Size | None = key("Width of the input; found from the layer before when absent.", default=None, json="nin")
    n_out: Size = key("Width of the output.", json="nout")
    time_distributed_format: Literal["ncw", "nwc"] | None = key(
        "Order of axes of the sequences that the rows come from.", default=None, spelling="upper", hidden=True
    )

    def given(self, shape: Shape) -> Self:
        fed = self.but(n_in=checked_width(self, self.n_in, shape))
        steps = shape.time_format if isinstance(shape, FeedForward) else None
        return fed.but(time_distributed_format=steps.lower()) if steps else fed

    def expected(self) -> Shape | None:
        return FeedForward(self.n_in) if self.n_in else None

    def output_shape(self, given: Shape) -> Shape:
        return replace(given, size=self.n_out) if isinstance(given, FeedForward) else FeedForward(self.n_out)

    def wanted(self, given: Shape) -> Preprocessor | None:
        return flattening(given)


class ReconstructingPart(Thing):
    """A layer that can learn without labels, by reconstructing what it is fed."""

    def emit_reconstruction(self, e: Emitter, x: Array, p: Params) -> None:
        """Records the score of a reconstruction of ``x [batch, n_in]``, and the gradients of all parameters."""
        raise NotImplementedError


class ScoredPart(Thing):
    """What ends a network: an output with a score."""

    def labels_shape(self, output: Shape) -> Shape:
        """The shape of one example's labels."""
        raise NotImplementedError

    def emit_scored(
        self, e: Emitter, x: Array, p: Params, labels: Array, mask: Array | None
    ) -> tuple[Array, Callable[[Array | None], Array | None]]:
        """Records output and score; the backward takes what other consumers of the output ask for, or None.

        Labels have the shape of the output as a plan holds it, a mask likewise, its last axis 1 or that of the output.
        """
        raise NotImplementedError


class LossLayerPart(ScoredPart):
    """An output whose score is a loss."""

    loss: Loss = key("Penalty on the distance to the labels.", default="mcxent", json="lossFn")

    def labels_shape(self, output: Shape) -> Shape:
        if isinstance(output, FeedForward | Recurrent):
            return replace(output, size=self.loss.labels_size(output.size))
        if isinstance(output, ConvolutionalFlat):
            return FeedForward(self.loss.labels_size(output.size))
        return replace(output, channels=self.loss.labels_size(output.channels))


def scored(
    e: Emitter,
    z: Array,
    activation: Activation,
    loss: Loss,
    labels: Array,
    mask: Array | None,
    score: Array | None = None,
) -> tuple[Array, Callable[[Array | None], Array]]:
    """Activation and loss of the pre-output `z`: the output, and a backward that gives ``dz``.

    The loss is added to `score`, the network's where none is given.
    """
    score = score or e.score
    if mask is not None and mask.columns not in (1, z.columns):
        per_example(loss, mask)  # refuses it
    if mask is not None and e.quirk(30):
        apply_mask(e, z, mask)
    fused = loss.emit_fused(e, z, activation, labels, mask, score)
    if fused:
        y, dz = fused
        return y, lambda dy: dz if dy is None else added(e, dz, activation.emit(e, z)[1](dy))
    y, activation_backward = activation.emit(e, z)
    dy_loss = loss.emit(e, y, labels, mask, score)

    def backward(dy: Array | None) -> Array:
        dz = activation_backward(dy_loss if dy is None else added(e, dy_loss, dy))
        assert dz is not None
        if mask is not None and mask.columns > 1 and e.quirk(30):
            apply_mask(e, dz, mask)
        return dz

    return y, backward


def added(e: Emitter, a: Array, b: Array | None) -> Array:
    """``a += b``."""
    from dl4py.kernels.rows import add

    assert b is not None
    e(add, a.flat, b.flat)
    return a


def checked_width(layer: Layer, n_in: int | None, shape: Shape) -> int:
    """The width of the input, the same as `n_in` where that is written."""
    if not isinstance(shape, FeedForward | ConvolutionalFlat):
        raise ShapeError(
            f"layer `{layer.name}` ({layer.type}) takes rows of numbers, its input is {said(shape)}",
            at=layer.mark(),
            hint="put a layer between that gives rows, or flatten",
        )
    if n_in is not None and n_in != shape.size:
        raise ShapeError(
            f"layer `{layer.name}` has n_in {n_in}, but its input has {shape.size} columns",
            at=layer.mark("n_in"),
            hint=f"write `n_in: {shape.size}`, or leave it out",
        )
    return shape.size


def flattening(given: Shape) -> Preprocessor | None:
    """The preprocessor that makes rows of `given`; None where it is rows."""
    if isinstance(given, FeedForward | ConvolutionalFlat):
        return None
    from dl4py.preprocessors.automatic import before_rows

    return before_rows(given)


def layer(type: str, *, java: str | None = None) -> Callable[[C], C]:
    """Enters a layer in the table under `type`."""
    return LAYERS.register(type, java=java)
