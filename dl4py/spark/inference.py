"""A trained network at work on the cluster: figures, answers, scores and activations of examples in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dl4py.data.batch import Batch
from dl4py.errors import DL4PyError
from dl4py.evaluation.base import Judgement
from dl4py.evaluation.judging import BATCH, Judging, Wanted, answers
from dl4py.network.network import Network
from dl4py.spark.blocks import Blocks, recut
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


def blocks_of(context: Any, data: Any, size: int = BATCH, keep: bool = False) -> Any:
    """The blocks of a part on the cluster, of an RDD (numbered by partition), or of a data set of the driver."""
    if isinstance(data, Part):
        return data.kept_blocks(context, size) if keep else data.blocks(context, size)
    if isinstance(data, Blocks):
        return data.rdd.mapPartitionsWithIndex(
            lambda p, part: (((p, i), b, ()) for i, b in enumerate(recut(part, size)))
        )
    starts = range(0, len(data), size)
    blocks = [(start, data.batch(slice(start, start + size)), ()) for start in starts]
    return context.parallelize(blocks, max(1, min(len(blocks), 2 * context.defaultParallelism)))


def _numbered(partition: int, batches: Iterable[Batch]) -> Iterator[tuple[Any, Batch, tuple[str, ...]]]:
    for i, batch in enumerate(batches):
        yield (partition, i), batch, ()


def evaluate(
    context: Any, network: Network, data: Any, *, judgement: Judgement | None = None, output: int | str = 0
) -> Any:
    """The figures of `dl4py.evaluate`, counted by executors.

    `data` is a part that executors read, an RDD or DataFrame as `Blocks`, or a data set of the driver.
    """
    return judge(context, network, data, [Wanted.of(network, judgement, output)])[0]


def outputs(context: Any, network: Network, data: Any) -> Any:
    """An RDD of ``(number of the first example, arrays)``: an array for each output, in the units of the labels."""

    def work(network: Network, blocks: Iterable[Block]) -> Iterator[tuple[Any, list[np.ndarray]]]:
        for first, batch, _ in blocks:
            yield first, answers(network, batch)

    return on_blocks(context, network, blocks_of(context, data), work)


def judge(context: Any, network: Network, data: Any, wanted: Sequence[Wanted], keep: bool = False) -> list[Any]:
    """The figures that `evaluation.judging.judge` gives on one machine: same batches, same order.

    With `keep` the batches of a part stay where they are for the next time.
    """
    columns, names = data.columns, tuple(data.class_names)

    def work(network: Network, blocks: Iterable[Block]) -> Iterator[tuple[int, Judging]]:
        judging, first = Judging.begin(network, wanted, names, columns), None
        for start, batch, _ in blocks:
            first = start if first is None else first
            judging.add(network, batch)
        if first is not None:
            yield first, judging

    total = Judging.begin(network, wanted, names, columns)
    parts = gathered(on_blocks(context, network, blocks_of(context, data, keep=keep), work))
    for _, part in sorted(parts, key=lambda item: item[0]):
        total.merge(part)
    return total.figures()
