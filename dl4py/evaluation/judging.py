"""From a network and data to figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py.data.batch import Batch, Masks
from dl4py.data.config import DataConfig
from dl4py.data.dataset import Dataset
from dl4py.data.iterator import BatchIterator
from dl4py.data.readers import Reader
from dl4py.errors import DataError, InvalidValue
from dl4py.evaluation.base import Figures, Judgement
from dl4py.evaluation.classification import Evaluation
from dl4py.evaluation.regression import RegressionEvaluation
from dl4py.network.network import Network

CLASSIFYING = {"mcxent", "negativeloglikelihood", "sparse_mcxent", "xent", "kld", "fmeasure"}
BATCH = 1024


def evaluate(
    network: Network, data: Any, *, batch_size: int = BATCH, judgement: Judgement | None = None, output: int | str = 0
) -> Any:
    """Figures of one output on a data set, a reader, arrays `(x, y)`, or the test part of a data section.

    `output` is its name or its place among the outputs. `judgement` says which figures, for example `Roc()`; without
    one they are those of a classification where the loss compares probabilities, of a regression otherwise. Outputs of
    a regression whose labels were normalized are compared in the labels' own units. Figures and loss leave out what a
    label mask covers; the loss is that of all outputs together, of inference, without dropout and statistics of the
    batch.
    """
    dataset = as_dataset(data).at_rest()
    wanted = [Wanted.of(network, judgement, output)]
    return judge(network, dataset, wanted, batch_size)[0]


def judge(network: Network, dataset: Dataset, wanted: Sequence[Wanted], batch_size: int = BATCH) -> list[Any]:
    """Several figures of one pass over a data set."""
    judging = Judging.begin(
        network, wanted, dataset.class_names, len(dataset.features if dataset.mirror else dataset.labels)
    )
    size = max(1, min(batch_size, len(dataset)))
    for batch in BatchIterator(dataset, size, shuffle=False).epoch(0):
        judging.add(network, batch)
    return judging.figures()


@dataclass(frozen=True)
class Wanted:
    """Which figures of which output; those that fit its loss without a judgement."""

    judgement: Judgement | None
    output: int

    @classmethod
    def of(cls, network: Network, judgement: Judgement | None, output: int | str) -> Wanted:
        """The figures of an output by name or place."""
        return cls(judgement, place(network, output))


@dataclass
class Judging:
    """Figures while they are counted; losses of batches are kept apart, so that their sum does not depend on who
    counted which.
    """

    wanted: Sequence[Wanted]
    counted: list[Figures]
    losses: list[float]
    examples: int = 0

    @classmethod
    def begin(cls, network: Network, wanted: Sequence[Wanted], class_names: Sequence[str], columns: int) -> Judging:
        """Nothing counted yet, for data with so many arrays of labels."""
        for each in wanted:
            if each.output >= columns:
                raise DataError("the data has no labels to compare with", hint="name them with `labels`")
        return cls(wanted, [_empty(network, each, class_names) for each in wanted], [])

    def add(self, network: Network, batch: Batch) -> None:
        """Counts a batch that is not yet normalized."""
        mirror, fed = batch.mirror, normalized(network, batch)
        x, mask = list(fed.features), _listed(fed.feature_masks)
        outputs = network.output(x, mask=mask)
        for each, figures in zip(self.wanted, self.counted, strict=True):
            number = each.output
            y = outputs[number] if isinstance(outputs, list) else outputs
            y = y if mirror else reverted(network, y, number)
            labels = fed.labels[number] if mirror else batch.labels[number]
            figures.add(labels, np.asarray(y), batch.label_masks[number] if batch.label_masks else None)
        loss = network.score(x, list(fed.labels), mask, _listed(fed.label_masks), training=False)
        self.losses.append(loss * batch.size)
        self.examples += batch.size

    def merge(self, other: Judging) -> None:
        """Adds what was counted on the batches that follow."""
        for own, more in zip(self.counted, other.counted, strict=True):
            own.merge(more)
        self.losses += other.losses
        self.examples += other.examples

    def figures(self) -> list[Figures]:
        """All figures, with the mean loss."""
        loss = sum(self.losses) / self.examples
        for each in self.counted:
            each.loss = loss
        return self.counted


def _empty(network: Network, wanted: Wanted, class_names: Sequence[str]) -> Figures:
    labels = list(class_names or network.labels) if wanted.output == 0 else []
    if wanted.judgement is not None:
        return wanted.judgement.begin(labels)
    return Evaluation(labels) if classifying(network, wanted.output) else RegressionEvaluation()


def classifying(network: Network, output: int) -> bool:
    """Whether the loss of an output compares probabilities; one without a loss is taken for numbers."""
    loss: Any = getattr(network.graph.node(network.graph.outputs[output]).thing, "loss", None)
    return loss is not None and loss.type in CLASSIFYING


def answers(network: Network, batch: Batch) -> list[np.ndarray]:
    """All outputs for a batch that is not yet normalized, in the units of the labels."""
    fed = normalized(network, batch)
    y = network.output(list(fed.features), mask=_listed(fed.feature_masks))
    return [reverted(network, a, i) for i, a in enumerate(y if isinstance(y, list) else [y])]


def normalized(network: Network, batch: Batch) -> Batch:
    """A batch as the network is fed it."""
    return batch if network.normalizer is None else network.normalizer.apply_batch(batch)


def reverted(network: Network, y: np.ndarray, output: int) -> np.ndarray:
    """What the network answers, in the units of the labels; probabilities as they are."""
    if network.normalizer is None or classifying(network, output):
        return y
    return network.normalizer.reverted_output(y, output)


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
