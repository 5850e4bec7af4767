"""Texts drawn from a network that predicts the next character."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dl4py.errors import DataError, UnsupportedFeature
from dl4py.network.network import Network
from dl4py.shapes import Recurrent


def sample(
    network: Network, vocabulary: Sequence[str], seed_text: str, *, temperature: float = 1.0, seed: int = 0
) -> Iterator[str]:
    """Characters after `seed_text`, one by one without end: ``p_i ~ p_i^(1 / temperature)``.

    The network takes one-hot characters `[batch, size, time]` in the order of `vocabulary` and gives the probability of
    each as the next one; its recurrent state goes on from step to step. Temperature 0 takes the most probable.
    """
    check(network, vocabulary)
    index = {character: i for i, character in enumerate(vocabulary)}
    unknown = sorted(set(seed_text) - set(index))
    if unknown or not seed_text:
        raise DataError(
            f"the network does not know {', '.join(map(repr, unknown))}" if unknown else "the seed text is empty",
            hint=f"it knows {''.join(vocabulary)!r}",
        )
    generator = np.random.Generator(np.random.Philox(seed))
    network.rnn_clear_previous_state()
    p = _ask(network, [index[c] for c in seed_text])
    while True:
        i = _draw(p, temperature, generator)
        yield vocabulary[i]
        p = _ask(network, [i])


def check(network: Network, vocabulary: Sequence[str]) -> None:
    """Raises `UnsupportedFeature` for a network that does not predict characters of the vocabulary."""
    shapes = network.graph.shapes
    y = network.graph.node(network.graph.outputs[0]).shape
    one = len(shapes) == len(network.graph.outputs) == 1
    if not (one and isinstance(shapes[0], Recurrent) and isinstance(y, Recurrent) and y.size == shapes[0].size):
        raise UnsupportedFeature(
            "the network predicts no characters: it needs one sequence as input and one of the same width as output"
        )
    if len(vocabulary) != y.size or any(len(character) != 1 for character in vocabulary):
        raise UnsupportedFeature(
            f"the network predicts {y.size} characters, found a vocabulary of {len(vocabulary)}",
            hint="name the characters in their order with --characters",
        )


def _ask(network: Network, indices: Sequence[int]) -> np.ndarray:
    shape = network.graph.shapes[0]
    assert isinstance(shape, Recurrent)
    x = np.zeros((1, shape.size, len(indices)))
    x[0, indices, range(len(indices))] = 1.0
    nwc = shape.format == "NWC"
    y = network.rnn_time_step(x.transpose(0, 2, 1) if nwc else x)
    return np.asarray(y[0, -1] if nwc else y[0, :, -1], float)


def _draw(p: np.ndarray, temperature: float, generator: np.random.Generator) -> int:
    if temperature == 0.0:
        return int(p.argmax())
    log = np.log(np.maximum(p, 1e-30)) / temperature
    weights = np.exp(log - log.max())
    return int(
        np.searchsorted(np.cumsum(weights) / weights.sum(), generator.random(), side="right").clip(0, len(p) - 1)
    )
