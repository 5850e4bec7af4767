"""The section `network` of a spec."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from dl4py.errors import UnknownType
from dl4py.layers import Layer
from dl4py.layers.base import LAYERS, TrainableKeys
from dl4py.layers.window import ConvolutionModeKey
from dl4py.network.era import Era
from dl4py.network.inputs import Input
from dl4py.spec import AsTuple, Count, Flag, Names, Size, Thing, key
from dl4py.spec.sections import section
from dl4py.spec.thing import thing_of
from dl4py.vertices import Vertex
from dl4py.vertices.base import VERTICES

Workspace = Literal["enabled", "none", "single", "separate"]


def _node(value: Any) -> Any:
    if isinstance(value, Layer | Vertex):
        return value
    name = value.get("type") if isinstance(value, dict) else value
    if isinstance(name, str):
        try:
            LAYERS.get(name)
        except UnknownType as of_layers:
            try:
                VERTICES.get(name)
                return thing_of(VERTICES, Vertex, value)
            except UnknownType:
                pass
            raise PydanticCustomError(
                "type_unknown",
                "{message}",
                {"message": f"no layer or graph vertex is called `{name}`", "hint": of_layers.hint},
            ) from None
    return thing_of(LAYERS, Layer, value)


Node = Annotated[
    Layer | Vertex,
    BeforeValidator(_node),
    WithJsonSchema({"anyOf": [{"dl4py-kind": "layers"}, {"dl4py-kind": "vertices"}]}),
]


def _named_inputs(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return tuple(value.items())


NamedInputs = Annotated[
    tuple[tuple[str, Input | None], ...],
    BeforeValidator(_named_inputs),
    WithJsonSchema({"type": "object", "additionalProperties": {"dl4py-kind": "inputs"}}),
]


class Defaults(TrainableKeys, ConvolutionModeKey):
    """Keys for every layer that does not say otherwise."""


@section("network", order=0)
class NetworkConfig(Thing):
    """A network: a chain (`layers`, DL4J's MultiLayerNetwork) or a graph (`vertices`, DL4J's ComputationGraph)."""

    seed: int = key("Seed of first weights and of dropout.", default=12345)
    data_type: Literal["float", "double"] = key("Precision of all numbers.", default="float", spelling="upper")
    compatibility: Literal["exact", "dl4j"] = key(
        "`exact`: formulas as published. `dl4j`: as DL4J 1.0.0-M2.1 computes, quirks included.",
        default="exact",
        json="",
    )
    era: Era = key(
        "Whose order of a training step holds where `compatibility` is `dl4j`: `beta2` for 0.5.0 to 1.0.0-beta2, "
        "`beta3`, `current` from beta4 on.",
        default="current",
        json="",
        hidden=True,
    )
    mini_batch: Flag = key("Divide gradient and score by the batch size.", default=True)
    input: Input | None = key("What a chain is fed; the first layer's `n_in` when absent.", default=None, json="")
    inputs: NamedInputs = key("What a graph is fed: a mapping from names to shapes.", default=(), json="")
    defaults: Defaults | None = key("Keys for every layer that does not say otherwise.", default=None, json="")
    layers: Annotated[tuple[Node, ...], AsTuple] = key("Layers of a chain, in order.", default=(), json="")
    vertices: Annotated[tuple[Node, ...], AsTuple] = key("Layers and vertices of a graph.", default=(), json="")
    outputs: Names = key("Names of a graph's outputs; the last vertex when absent.", default=(), json="")
    topological_order: Names = key("Order of a graph's vertices; found when absent.", default=(), json="", hidden=True)
    optimization_algo: Literal[
        "stochastic_gradient_descent", "line_gradient_descent", "conjugate_gradient", "lbfgs"
    ] = key("Solver.", default="stochastic_gradient_descent", spelling="upper")
    max_num_line_search_iterations: Size = key("Steps of a line search.", default=5)
    minimize: Flag = key("Lower the score; false raises it.", default=True)
    backprop_type: Literal["standard", "truncated_bptt"] = key("Backpropagation through time.", default="standard")
    tbptt_fwd_length: Size = key("Steps of a forward segment.", default=20)
    tbptt_back_length: Size = key("Steps of a backward segment.", default=20)
    training_workspace_mode: Workspace = key(
        "`enabled`: arrays share memory by lifetime; `none`: each has its own; `single`, `separate`: older names of "
        "`enabled`.",
        default="enabled",
        spelling="upper",
    )
    inference_workspace_mode: Workspace = key("The same for inference.", default="enabled", spelling="upper")
    mmap: Flag = key(
        "Keep parameters, gradient and updater state in a temporary file, for models larger than memory.",
        default=False,
        json="",
    )
    cache_mode: Literal["none", "host", "device"] = key(
        "Kept for DL4J; arrays that backward needs are always kept.",
        default="none",
        spelling="upper",
        hidden=True,
    )
    validate_output_layer_config: Flag = key("Refuse outputs whose loss and activation do not fit.", default=True)
    iteration_count: Count = key("Steps already made.", default=0, hidden=True)
    epoch_count: Count = key("Epochs already made.", default=0, hidden=True)

    @property
    def chain(self) -> bool:
        """Whether this is DL4J's MultiLayerNetwork."""
        return not self.vertices

    @property
    def precision(self) -> str:
        """The NumPy type of all numbers."""
        return {"float": "float32", "double": "float64"}[self.data_type]
