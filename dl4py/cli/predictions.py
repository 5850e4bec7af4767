"""Predictions: what a network answers, computed in batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from dl4py.cli.answers import Answer
from dl4py.data.batch import Batch
from dl4py.data.dataset import Dataset
from dl4py.data.image_form import ImageForm
from dl4py.data.images import MODES
from dl4py.data.places import Paths
from dl4py.errors import InvalidValue
from dl4py.evaluation.judging import answers, classifying, normalized
from dl4py.network.feed import check_asked
from dl4py.shapes import Convolutional


def image_form(network: Any) -> ImageForm | None:
    """How images become features: as the zip says, else of the network's size with DL4J's order of colours."""
    shape = network.graph.shapes[0]
    if network.images is not None or not isinstance(shape, Convolutional) or shape.channels not in MODES:
        return network.images
    return ImageForm(height=shape.height, width=shape.width, channels=shape.channels)  # type: ignore[arg-type]


def files_of(x: Dataset) -> tuple[str, ...]:
    """The file of each example; none where many examples share one."""
    return x.place.files if isinstance(x.place, Paths) else ()


def compute(network: Any, x: Dataset, batch: int) -> list[Answer]:
    """All outputs for all examples, in the units of the labels."""
    check_asked(network.graph, x.features)
    return joined([answers_of(network, part) for part in _batches(x, batch)])


def featurized(network: Any, x: Dataset, layer: str, batch: int) -> Answer:
    """What one layer or vertex answers to all examples."""
    check_layer(network, layer)
    check_asked(network.graph, x.features)
    return joined([[features_of(network, part, layer)] for part in _batches(x, batch)])[0]


def _batches(x: Dataset, batch: int) -> Iterator[Batch]:
    for start in range(0, max(len(x), 1), batch):
        yield x.batch(slice(start, start + batch))


def joined(parts: list[list[Answer]]) -> list[Answer]:
    """The answers to several batches as those to one."""
    whole = []
    for same in zip(*parts, strict=True):
        best = None if same[0].best is None else [word for answer in same for word in answer.best or ()]
        whole.append(replace(same[0], y=np.concatenate([answer.y for answer in same]), best=best))
    return whole


def answers_of(network: Any, batch: Batch) -> list[Answer]:
    """All outputs for a batch that is not yet normalized, in the units of the labels."""
    return [_answer(network, i, array) for i, array in enumerate(answers(network, batch))]


def features_of(network: Any, batch: Batch, layer: str) -> Answer:
    """The activations of a layer or vertex for a batch that is not yet normalized."""
    fed = normalized(network, batch)
    return Answer(layer, network.activations(list(fed.features), mask=list(fed.feature_masks) or None)[layer])


def check_layer(network: Any, layer: str) -> None:
    """Refuses a layer that the network does not have."""
    names = [node.name for node in network.graph.nodes]
    if layer not in names:
        raise InvalidValue(f"the network has no layer or vertex `{layer}`", hint=f"there are {', '.join(names)}")


def _answer(network: Any, i: int, y: np.ndarray) -> Answer:
    output = network.graph.outputs[i]
    names = tuple(network.labels) if i == 0 else ()
    best = None
    if classifying(network, i) and y.ndim == 2:
        index = (y[:, 0] >= 0.5).astype(int) if y.shape[1] == 1 else y.argmax(axis=1)
        best = [names[i] if i < len(names) else str(i) for i in index]
    return Answer(output, y, names, best)
