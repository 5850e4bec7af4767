"""A trained network at work on the cluster: figures, answers, scores and activations of examples in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.errors import DL4PyError
from dl4py.evaluation.judging import BATCH, Judging, Wanted
from dl4py.network.network import Network
from dl4py.spark.reading.parts import Part
from dl4py.spark.reading.pieces import telling
from dl4py.spark.state import State
from dl4py.spark.worker import use_task_cores

Block = tuple[int, Batch, tuple[str, ...]]  # the number of the first example, examples, their files


@dataclass(frozen=True, eq=False)
class Model:
    """What an executor needs of a network that does not learn."""

    state: State
    normalizer: Any
    labels: list[str]
    images: Any

    @classmethod
    def of(cls, network: Network) -> Model:
        """A network without what its updater remembers."""
        state = State(network.config, network.params.copy(), np.zeros(1), network.iteration, network.epoch)
        return cls(state, network.normalizer, list(network.labels), network.images)

    def network(self) -> Network:
        """The network of this process."""
        use_task_cores()
        network = self.state.network()
        network.normalizer, network.labels, network.images = self.normalizer, list(self.labels), self.images
        return network


def on_blocks(
    context: Any, network: Network, blocks: Any, work: Callable[[Network, Iterable[Block]], Iterable[Any]]
) -> Any:
    """An RDD of what `work` makes of the blocks of each partition; errors of the house are among it."""
    model = context.broadcast(Model.of(network))
    return blocks.mapPartitions(telling(lambda part: work(model.value.network(), part)))


def gathered(rdd: Any) -> list[Any]:
    """Everything, on the driver; raises the first error."""
    return list(told(rdd.collect()))


def told(found: Iterable[Any]) -> Iterator[Any]:
    """What came, up to an error, which is raised."""
    for item in found:
        if isinstance(item, DL4PyError):
            raise item
        yield item


def blocks_of(context: Any, data: Any, size: int = BATCH) -> Any:
    """The blocks of a part on the cluster, or of a data set of the driver."""
    if isinstance(data, Part):
        return data.blocks(context, size)
    starts = range(0, len(data), size)
    blocks = [(start, data.batch(slice(start, start + size)), ()) for start in starts]
    return context.parallelize(blocks, max(1, min(len(blocks), 2 * context.defaultParallelism)))


def judge(context: Any, network: Network, data: Any, wanted: Sequence[Wanted]) -> list[Any]:
    """The figures that `evaluation.judging.judge` gives on one machine: same batches, same order."""
    columns, names = data.columns, tuple(data.class_names)

    def work(network: Network, blocks: Iterable[Block]) -> Iterator[tuple[int, Judging]]:
        judging, first = Judging.begin(network, wanted, names, columns), -1
        for start, batch, _ in blocks:
            first = start if first < 0 else first
            judging.add(network, batch)
        if first >= 0:
            yield first, judging

    total = Judging.begin(network, wanted, names, columns)
    for _, part in sorted(gathered(on_blocks(context, network, blocks_of(context, data), work)), key=lambda p: p[0]):
        total.merge(part)
    return total.figures()
