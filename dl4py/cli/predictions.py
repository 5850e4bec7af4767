"""Predictions: what a network answers, computed in batches."""

from __future__ import annotations

from typing import Any

import numpy as np

from dl4py.cli.answers import Answer
from dl4py.data.dataset import Dataset
from dl4py.data.image_form import ImageForm
from dl4py.data.images import MODES
from dl4py.data.places import Paths
from dl4py.evaluation.judging import CLASSIFYING
from dl4py.network.feed import input_shapes
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
    input_shapes(network.graph, list(x.features))
    parts = []
    for start in range(0, max(len(x), 1), batch):
        rows = x.batch(slice(start, start + batch))
        if network.normalizer is not None:
            rows = network.normalizer.apply_batch(rows)
        y = network.output(list(rows.features), mask=list(rows.feature_masks) or None)
        parts.append(y if isinstance(y, list) else [y])
    arrays = [np.concatenate(pieces) for pieces in zip(*parts, strict=True)]
    if network.normalizer is not None and not classifying(network, network.graph.outputs[0]):
        arrays[0] = network.normalizer.revert_labels(arrays[0])
    return [_answer(network, i, y) for i, y in enumerate(arrays)]


def _answer(network: Any, i: int, y: np.ndarray) -> Answer:
    output = network.graph.outputs[i]
    names = tuple(network.labels) if i == 0 else ()
    best = None
    if classifying(network, output) and y.ndim == 2:
        index = (y[:, 0] >= 0.5).astype(int) if y.shape[1] == 1 else y.argmax(axis=1)
        best = [names[i] if i < len(names) else str(i) for i in index]
    return Answer(output, y, names, best)


def classifying(network: Any, output: str) -> bool:
    """Whether an output gives probabilities of classes."""
    loss = getattr(network.graph.node(output).thing, "loss", None)
    return loss is not None and loss.type in CLASSIFYING
