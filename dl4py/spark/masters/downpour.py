"""Downpour SGD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from dl4py.errors import ClusterError
from dl4py.network.network import Network
from dl4py.spark.masters.base import training_master
from dl4py.spark.sources import Source
from dl4py.spark.stats import Stats
from dl4py.spark.synchronous import Distributed
from dl4py.spec import NonNegative, Positive, Size, key

if TYPE_CHECKING:
    from dl4py.spark.downpour import Server


@training_master("downpour")
class Downpour(Distributed):
    """Workers push sums of gradients to a server, which steps with Adagrad, and fetch its parameters when they like.

    ``G = G + g^2``, ``w = w - learning_rate g / (sqrt(G) + epsilon)`` for each push; between two fetches a worker makes
    steps ``w = w - local_learning_rate g`` of its own. The updaters of the network are not used. The server is the
    driver; its sums of squares begin anew after `--resume`, with `first_squares`.

    Dean et al., "Large Scale Distributed Deep Networks", 2012,
    https://papers.nips.cc/paper/2012/hash/6aca97005c68f1206823815f66102863-Abstract.html.
    """

    transport: Literal["direct", "spark"] = key("`direct` alone can carry pushes and fetches.", default="direct")
    learning_rate: Positive = key("Step size of the server.", default=0.01)
    epsilon: Positive = key("Added to the root of the sum of squares.", default=1e-8)
    first_squares: NonNegative = key(
        "What sums of squares begin with. With 0 the first push moves every value by the whole `learning_rate`.",
        default=0.0,
    )
    local_learning_rate: Positive = key("Step size of a worker between two fetches.", default=0.01)
    fetch_frequency: Size = key("Steps of a worker between two fetches.", default=1)
    push_frequency: Size = key("Steps of a worker between two pushes.", default=1)
    batches_in_round: Size = key("Steps of a worker between two reports.", default=100)

    def batches_per_round(self, batches: int, workers: int) -> int:
        return self.batches_in_round

    def check(self, network: Network) -> None:
        from dl4py.spark.downpour import check

        check(network)

    def travels(self, context: Any, source: Source, workers: int, stats: Stats) -> Any:
        if self.transport == "spark":
            raise ClusterError(
                "Downpour has no transport `spark`: workers push and fetch while they train",
                at=self.mark("transport"),
                hint="`transport: direct`, or the master `parameter_averaging`",
            )
        return self.server(context, source, workers)

    def simulated(self, source: Source, workers: int, pace: Any) -> Any:
        from dl4py.spark.transports.simulated_downpour import SimulatedDownpour

        return SimulatedDownpour(source, self.server(None, source, workers), workers, pace)

    def server(self, context: Any, source: Source, workers: int) -> Server:
        """The parameter server of so many workers."""
        from dl4py.spark.downpour import AdaGrad, Downpouring, Server

        if self.training_hooks:
            raise ClusterError("Downpour has no training hooks", at=self.mark("training_hooks"))
        program = Downpouring(self.local_learning_rate, self.fetch_frequency, self.push_frequency)
        adagrad = AdaGrad(self.learning_rate, self.epsilon, self.first_squares)
        return Server(context, source, program, workers, adagrad, self.retries, self.wait_seconds)
