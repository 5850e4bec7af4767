"""Model parallelism."""

from __future__ import annotations

from typing import Any, Literal

from dl4py.errors import ClusterError, InvalidValue
from dl4py.network.network import Network
from dl4py.spark.masters.base import training_master
from dl4py.spark.sources import Source
from dl4py.spark.stats import Stats
from dl4py.spark.synchronous import Distributed
from dl4py.spec import Size, key


@training_master("model_parallel")
class ModelParallel(Distributed):
    """Wide dense and output layers lie in columns with the workers, each with its updater state; batches go to all.

    ``y = [activation(x W_1 + b_1) ... activation(x W_n + b_n)]``, gathered by everyone; ``dx = sum_k dz_k W_k^T``, of
    which a worker receives the columns that it holds of the layer below. The numbers are those of training alone, but
    for the order of that sum. Layers of fewer columns are trained by every worker alike.

    Dean et al., "Large Scale Distributed Deep Networks", 2012, section 3; Krizhevsky, "One weird trick for
    parallelizing convolutional neural networks", 2014, https://arxiv.org/abs/1404.5997.
    """

    transport: Literal["direct", "spark"] = key("`direct` alone can carry exchanges inside a step.", default="direct")
    least_columns: Size = key("Layers of so many columns are cut.", default=256)
    batches_in_round: Size = key("Steps between two reports, after which the driver has the network.", default=100)

    def batches_per_round(self, batches: int, workers: int) -> int:
        return -(-self.batches_in_round // workers)

    def check(self, network: Network) -> None:
        from dl4py.spark.slicing import cut

        if self.transport == "spark":
            raise ClusterError(
                "model parallelism has no transport `spark`: columns are exchanged inside each step",
                at=self.mark("transport"),
                hint="`transport: direct`",
            )
        for name in ("training_hooks", "worker_prefetch_num_batches"):
            if getattr(self, name):
                raise ClusterError(f"model parallelism has no `{name}`", at=self.mark(name), hint="leave it out")
        cut(network.graph, self.workers or 1, self.least_columns)

    def travels(self, context: Any, source: Source, workers: int, stats: Stats) -> Any:
        from dl4py.spark.model_parallel import Parallel

        return Parallel(context, source, workers, self.least_columns, self.retries, self.wait_seconds)

    def simulated(self, source: Source, workers: int, pace: Any) -> Any:
        raise InvalidValue(
            "there is nothing to simulate: the result of model parallelism is that of one machine",
            at=self.mark(),
            hint="`dl4py train`",
        )
