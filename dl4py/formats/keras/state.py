"""The running arrays of a Keras optimizer, put where DL4J keeps its updater state."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dl4py.errors import ModelFileError
from dl4py.formats.keras.files import KerasFile
from dl4py.formats.keras.layers import Converted
from dl4py.formats.keras.optimizers import Rule, Running
from dl4py.network.network import Network
from dl4py.network.parameters import Block, Slot

STATISTICS = ("moving_mean", "moving_variance")  # not trained, so the optimizer keeps nothing of them
Variable = tuple[str, str]  # our layer and parameter
Values = dict[tuple[Variable, str], np.ndarray]  # a running array by the variable and the name of the state


def fill_state(network: Network, rule: Rule, layers: Sequence[Converted], file: KerasFile, where: str) -> None:
    """The state of every trained parameter and the iteration, or Keras' first values where it was not trained."""
    found = _read(network, rule, layers, file, where)
    first = {running.state: running for group in rule.groups for running in group}
    for block in network.parameters.blocks:
        for name in block.updater.state:
            running = first[name]
            for slot in block.slots:
                view = _view(network, block, slot, name)
                value = found.get(((slot.node.name, slot.param.name), name))
                view[...] = running.shift + running.scale * (running.first if value is None else value)


def _read(network: Network, rule: Rule, layers: Sequence[Converted], file: KerasFile, where: str) -> Values:
    arrays = file.optimizer_arrays()
    if not arrays:
        return {}
    network.iteration = next((int(a) for a in arrays if a.ndim == 0 and a.dtype.kind in "iu"), 0)
    running = [a for a in arrays if a.ndim > 0]
    variables = _variables(network, layers, file)
    wanted = sum(len(group) for group in rule.groups) * len(variables)
    if not running:
        return {}
    if len(running) < wanted or (file.version[0] > 2 and len(running) > wanted):
        raise ModelFileError(
            f"{where}: the optimizer holds {len(running)} running arrays, expected {wanted}",
            hint="was the model changed after it was compiled? compile it again and save it",
        )
    return _sorted(running, rule.groups, variables, where)


def _sorted(
    arrays: list[np.ndarray],
    groups: tuple[tuple[Running, ...], ...],
    variables: list[tuple[Converted, str, tuple[int, ...]]],
    where: str,
) -> Values:
    values: Values = {}
    rest = iter(arrays)
    for group in groups:
        for layer, part, shape in variables:
            for running in group:
                array = next(rest)
                if array.shape != shape:
                    raise ModelFileError(
                        f"{where}: a running array of `{layer.keras_name}/{part}` has shape {array.shape}, "
                        f"expected {shape}"
                    )
                if running.state is not None:
                    (ours, value), *_ = layer.values({part: array}).items()
                    values[(layer.layer["name"], ours), running.state] = value
    return values


def _variables(
    network: Network, layers: Sequence[Converted], file: KerasFile
) -> list[tuple[Converted, str, tuple[int, ...]]]:
    """What Keras trains, in its order: layer, name and shape."""
    found = []
    for layer in layers:
        weights = file.weights(layer.keras_name) if layer.trained else {}
        found += [
            (layer, part, weights[part].shape) for part in layer.order if part in weights and part not in STATISTICS
        ]
    return found


def _view(network: Network, block: Block, slot: Slot, name: str) -> np.ndarray:
    start = block.state_offset + block.updater.state.index(name) * block.size + slot.offset - block.offset
    flat = network.updater_state[start : start + slot.param.size]
    return flat.reshape(slot.param.shape, order=slot.param.order.upper())  # type: ignore[call-overload]
