"""Transfer learning: parts of a trained chain kept, frozen, replaced, extended."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from dl4py.errors import InvalidValue, UnsupportedFeature
from dl4py.initializers import Initializer
from dl4py.layers import Layer
from dl4py.layers.base import FeedForwardLayer, TrainableKeys
from dl4py.network.config import NetworkConfig
from dl4py.network.network import Network
from dl4py.spec import AsTuple, Count, Size, Thing, key
from dl4py.spec.sections import section


class Replace(Thing):
    """A layer with another width; it and the layer after it start anew."""

    layer: str = key("Name of the layer.")
    n_out: Size = key("New width of its output.")
    weight_init: Initializer | None = key("First values of its weights; the layer's own when absent.", default=None)


@section("transfer", order=5)
class TransferConfig(Thing):
    """What becomes of a trained network. Steps are made in the order of these keys."""

    fine_tune: TrainableKeys | None = key("Keys that all layers take over, for example an updater.", default=None)
    replace: Annotated[tuple[Replace, ...], AsTuple] = key("Layers with another n_out.", default=())
    remove_last: Count = key("Number of layers taken off the end.", default=0)
    add: Annotated[tuple[Layer, ...], AsTuple] = key("Layers put at the end.", default=())
    freeze: str | None = key("Name of the last layer that is frozen; all before it are too.", default=None)


def transfer(base: Network, config: TransferConfig) -> Network:
    """A new network out of a trained chain; updater state is not carried over."""
    if not base.config.chain:
        raise UnsupportedFeature("transfer from graphs is not built yet", hint="chains (`layers`) can be transferred")
    layers = [node.layer for node in base.graph.nodes if node.layer is not None]
    kept: list[Layer | None] = list(layers)  # the layer whose parameters are taken over; None starts anew
    if config.fine_tune:
        values = {name: getattr(config.fine_tune, name) for name in config.fine_tune.model_fields_set}
        layers = [_tuned(layer, values) for layer in layers]
    for change in config.replace:
        _replace(layers, kept, change)
    if config.remove_last:
        if config.remove_last >= len(layers):
            raise InvalidValue(
                f"`remove_last: {config.remove_last}` of {len(layers)} layers leaves none",
                at=config.mark("remove_last"),
            )
        layers, kept = layers[: -config.remove_last], kept[: -config.remove_last]
    for layer in config.add:
        layers.append(layer.inherit(_written(config.fine_tune)))
        kept.append(None)
    if config.freeze is not None:
        layers = _frozen(layers, config)
    layers = [_open(layer, fresh is None) for layer, fresh in zip(layers, kept, strict=True)]
    names = [layer.name or f"layer{i}" for i, layer in enumerate(layers)]
    made = Network(_config(base.config, tuple(layers)))
    made.normalizer, made.labels, made.images = base.normalizer, base.labels, base.images
    for name, source in zip(names, kept, strict=True):
        if source is not None:
            _copy(base, made, str(source.name), name)
    return made


def _config(config: NetworkConfig, layers: tuple[Layer, ...]) -> NetworkConfig:
    return config.but(layers=layers, iteration_count=0, epoch_count=0, defaults=None)


def _written(keys: TrainableKeys | None) -> dict[str, Any]:
    return {name: getattr(keys, name) for name in keys.model_fields_set} if keys else {}


def _tuned(layer: Layer, values: dict[str, Any]) -> Layer:
    fields = type(layer).model_fields
    changes: dict[str, Any] = {name: value for name, value in values.items() if name in fields}
    for name in layer.wraps:
        changes[name] = _tuned(getattr(layer, name), values)
    return layer.but(**changes)


def _replace(layers: list[Layer], kept: list[Layer | None], change: Replace) -> None:
    i = _index(layers, change.layer, change)
    layer = layers[i]
    if not isinstance(layer, FeedForwardLayer):
        raise InvalidValue(f"layer `{change.layer}` ({layer.type}) has no n_out to replace", at=change.mark("layer"))
    init = {"weight_init": change.weight_init} if change.weight_init else {}
    layers[i], kept[i] = layer.but(n_out=change.n_out, **init), None
    if i + 1 < len(layers):
        kept[i + 1] = None


def _index(layers: list[Layer], name: str, thing: Thing) -> int:
    names = [str(layer.name) for layer in layers]
    if name not in names:
        raise InvalidValue(f"the network has no layer `{name}`", at=thing.mark(), hint=f"layers: {', '.join(names)}")
    return names.index(name)


def _frozen(layers: list[Layer], config: TransferConfig) -> list[Layer]:
    from dl4py.layers.frozen import Frozen

    assert config.freeze is not None
    last = _index(layers, config.freeze, config)
    return [
        Frozen(name=layer.name, layer=layer) if i <= last and not layer.frozen and layer.params() else layer
        for i, layer in enumerate(layers)
    ]


def _open(layer: Layer, fresh: bool) -> Layer:
    """A fresh layer finds its input width anew."""
    return layer.but(n_in=None) if fresh and isinstance(layer, FeedForwardLayer) else layer


def _copy(base: Network, made: Network, source: str, target: str) -> None:
    ours = {s.param.name: s for s in made.parameters.slots if s.node.name == target}
    for slot in base.parameters.slots:
        if slot.node.name == source:
            there = ours[slot.param.name]
            np.copyto(made.parameter(there), base.parameter(slot))
