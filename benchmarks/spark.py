"""Milliseconds of a round of parameter averaging by transport and number of parameters: `python benchmarks/spark.py`.

Two workers on `local[2]`, one step of one example each, so that a round is nearly all exchange.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from dl4py.data import BatchIterator, Dataset  # noqa: E402
from dl4py.network import Network  # noqa: E402
from dl4py.spark.masters.base import Rounds  # noqa: E402
from dl4py.spark.masters.parameter_averaging import ParameterAveraging  # noqa: E402
from dl4py.spark.session import open_session  # noqa: E402
from dl4py.spec.bind import bind  # noqa: E402

WIDTHS = {"0.5 M": 700, "10 M": 3162}
ROUNDS = {"spark": 6, "direct": 40}


class Clock(Rounds):
    """When rounds ended."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def iteration(self, network: Network, score: float, examples: int) -> None:
        self.times.append(time.perf_counter())


def main() -> None:
    """Prints a table."""
    session = open_session("local[2]")
    for name, width in WIDTHS.items():
        for transport, rounds in ROUNDS.items():
            text = f"network: {{input: {width}, defaults: {{updater: sgd}}, layers: [{{type: dense, n_out: {width}}}, "
            net = Network(bind(text + "{type: output, n_out: 2}]}").network)
            x = np.zeros((2 * rounds, width), np.float32)
            data = BatchIterator(Dataset.from_arrays(x, np.eye(2, dtype=np.float32)[[0] * len(x)]), 1, shuffle=False)
            clock = Clock()
            master = ParameterAveraging(workers=2, averaging_frequency=1, transport=transport, checkpoint_rounds=1000)
            master.fit(session.sparkContext, net, data, 1, [clock])
            times = np.diff(clock.times)[1:-1]  # the first compiles, the last fetches the numbers
            median, least = statistics.median(times) * 1e3, min(times) * 1e3
            print(f"{name:6} {transport:7} median {median:8.1f} ms  least {least:8.1f} ms")
    session.stop()


if __name__ == "__main__":
    main()
