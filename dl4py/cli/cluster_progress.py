"""How far a training on a cluster is: rounds, speed, and what each worker did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dl4py.cli import console
from dl4py.cli.progress import Progress
from dl4py.network.network import Network
from dl4py.spark.masters.base import Rounds

if TYPE_CHECKING:
    from dl4py.spark.outcome import Report


class ClusterProgress(Progress, Rounds):
    """The line of a training, counted in rounds; before it the executors, behind it a table of the workers."""

    def started(self, network: Network, batches: int, epochs: int) -> None:
        super().started(network, batches, epochs)
        self.work: dict[int, list[float]] = {}  # of each worker: rounds, examples, seconds
        self.hosts: dict[int, str] = {}

    def prepared(self, lines: Sequence[str]) -> None:
        for line in lines:
            console.say(line)

    def report(self, report: Report) -> None:
        for share in report.shares:
            row = self.work.setdefault(share.worker, [0, 0, 0.0])
            self.hosts[share.worker] = share.host
            for i, value in enumerate((1, share.examples, share.seconds)):
                row[i] += value

    def rate(self, passed: float) -> str:
        return f"round {self.first + self.steps:,}/{self.first + self.total:,}  {super().rate(passed)}"

    def ended(self, network: Network) -> None:
        super().ended(network)
        if self.work:
            console.say(self.table())

    def table(self) -> str:
        """A line for each worker; a straggler is slower than the others."""
        width = max(4, *(len(host) for host in self.hosts.values()))
        lines = [f"{'worker':>6}  {'host':{width}}  {'rounds':>7}  {'examples':>10}  {'examples/s':>11}"]
        for worker, (rounds, examples, seconds) in sorted(self.work.items()):
            speed = examples / seconds if seconds else 0.0
            lines.append(f"{worker:6}  {self.hosts[worker]:{width}}  {rounds:7,}  {examples:10,}  {speed:11,.0f}")
        return "\n".join(lines)
