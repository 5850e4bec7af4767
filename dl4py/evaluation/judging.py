"""From a network and data to figures."""

from __future__ import annotations

from typing import Any

import numpy as np

from dl4py.data.batch import Masks
from dl4py.data.config import DataConfig
from dl4py.data.dataset import Dataset
from dl4py.data.iterator import BatchIterator
from dl4py.data.readers import Reader
from dl4py.errors import DataError, InvalidValue
from dl4py.evaluation.base import Judgement
from dl4py.evaluation.classification import Evaluation
from dl4py.evaluation.regression import RegressionEvaluation
from dl4py.network.network import Network

CLASSIFYING = {"mcxent", "negativeloglikelihood", "sparse_mcxent", "xent", "kld", "fmeasure"}


def evaluate(
    network: Network, data: Any, *, batch_size: int = 1024, judgement: Judgement | None = None, output: int | str = 0
) -> Any:
    """Figures of one output on a data set, a reader, arrays `(x, y)`, or the test part of a data section.

    `output` is its name or its place among the outputs. `judgement` says which figures, for example `Roc()`; without
    one they are those of a classification where the loss compares probabilities, of a regression otherwise. Outputs of
    a regression whose labels were normalized are compared in the labels' own units. Figures and loss leave out what a
    label mask covers; the loss is that of all outputs together, of inference, without dropout and statistics of the
    batch.
    """
    dataset = as_dataset(data).at_rest()
    number = place(network, output)
    if not dataset.mirror and number >= len(dataset.labels):
        raise DataError("the data has no labels to compare with", hint="name them with `labels`")
    thing: Any = network.graph.node(network.graph.outputs[number]).thing
    classifying = getattr(getattr(thing, "loss", None), "type", "mcxent") in CLASSIFYING
    labels = list(dataset.class_names or network.labels) if number == 0 else []
    figures = judgement.begin(labels) if judgement else Evaluation(labels) if classifying else RegressionEvaluation()
    size = max(1, min(batch_size, len(dataset)))
    total = 0.0
    for batch in BatchIterator(dataset, size, shuffle=False).epoch(0):
        fed = network.normalizer.apply_batch(batch) if network.normalizer is not None else batch
        x, mask = list(fed.features), _listed(fed.feature_masks)
        outputs = network.output(x, mask=mask)
        y = outputs[number] if isinstance(outputs, list) else outputs
        if network.normalizer is not None and number == 0 and not classifying and not dataset.mirror:
            y = network.normalizer.revert_labels(y)
        wanted = fed.labels[number] if dataset.mirror else batch.labels[number]
        figures.add(wanted, np.asarray(y), batch.label_masks[number] if batch.label_masks else None)
        loss = network.score(x, list(fed.labels), mask, _listed(fed.label_masks), training=False)
        total += loss * batch.size
    figures.loss = total / len(dataset)
    return figures


def place(network: Network, output: int | str) -> int:
    """The place of an output among the outputs."""
    names = network.graph.outputs
    if isinstance(output, str) and output not in names:
        raise InvalidValue(f"the network has no output `{output}`", hint=f"its outputs: {', '.join(names)}")
    return names.index(output) if isinstance(output, str) else output


def _listed(masks: Masks) -> list[np.ndarray | None] | None:
    """Masks as a network takes them."""
    return list(masks) or None


def as_dataset(data: Any) -> Dataset:
    """The data set of what users hand over."""
    if isinstance(data, Dataset):
        return data
    if isinstance(data, Reader):
        return data.load()
    if isinstance(data, DataConfig):
        opened = data.open()
        return opened.test or opened.validation or opened.train
    if isinstance(data, tuple) and len(data) == 2:
        return Dataset.from_arrays(*data)
    raise DataError(f"expected a reader, a data set or arrays (x, y), found {type(data).__name__}")
