"""Sandblaster L-BFGS."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from dl4py.errors import ClusterError, InvalidValue
from dl4py.network.network import Network
from dl4py.spark.masters.base import training_master
from dl4py.spark.sources import Source
from dl4py.spark.stats import Stats
from dl4py.spark.synchronous import Distributed
from dl4py.spec import Count, key


@training_master("sandblaster")
class Sandblaster(Distributed):
    """Full-batch line searches, L-BFGS first of all, on vectors that are cut into shards, one with each worker.

    The driver is the coordinator: it sends commands (scalar products, sums, multiples) and hears scalars. A gradient is
    computed in portions of `batch_size_per_worker` examples, dealt to workers as they become free; slow ones get a
    second worker, and the first answer counts. Portions are added up as integers, so that the sum is the same whoever
    computed them, and so are the bits of a run. An epoch is one iteration of `optimization_algo` on all examples.

    Dean et al., "Large Scale Distributed Deep Networks", 2012, section 4.2,
    https://papers.nips.cc/paper/2012/hash/6aca97005c68f1206823815f66102863-Abstract.html.
    """

    solvers: ClassVar[tuple[str, ...]] = ("lbfgs", "conjugate_gradient", "line_gradient_descent")

    transport: Literal["direct", "spark"] = key("`direct` alone can carry commands and shards.", default="direct")
    tail_replicas: Count = key("Further workers that compute a slow portion when nothing else is left.", default=1)

    def batches_per_round(self, batches: int, workers: int) -> int:
        return -(-batches // workers)

    def check(self, network: Network) -> None:
        from dl4py.spark.portionable import check

        if self.transport == "spark":
            raise ClusterError(
                "Sandblaster has no transport `spark`: its vectors stay with the workers",
                at=self.mark("transport"),
                hint="`transport: direct`",
            )
        for name in ("training_hooks", "worker_prefetch_num_batches"):
            if getattr(self, name):
                raise ClusterError(f"Sandblaster has no `{name}`", at=self.mark(name), hint="leave it out")
        check(network)

    def travels(self, context: Any, source: Source, workers: int, stats: Stats) -> Any:
        from dl4py.spark import sandblaster

        return sandblaster.Sandblaster(context, source, workers, self.tail_replicas, self.retries, self.wait_seconds)

    def simulated(self, source: Source, workers: int, pace: Any) -> Any:
        raise InvalidValue(
            "there is nothing to simulate: Sandblaster's result is that of one machine",
            at=self.mark(),
            hint="`dl4py train`",
        )
