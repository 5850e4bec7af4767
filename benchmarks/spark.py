"""Training on Spark, measured: `python benchmarks/spark.py [rounds] [scaling] [startup]`; all three without a word.

`rounds`: milliseconds of a round by transport and number of parameters: two workers, one step of one example each, so
that a round is nearly all exchange. `scaling`: examples per second of one and of two executors with a core each, the
forecast of `--plan` beside what was measured, and the memory of a Python worker. `startup`: seconds of a process to
the first iteration, and of an empty Spark job with a Python worker.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from networks import lenet, mlp  # noqa: E402

from dl4py.data import BatchIterator, Dataset  # noqa: E402
from dl4py.network import Network  # noqa: E402
from dl4py.spark.forecast import forecast  # noqa: E402
from dl4py.spark.masters.base import Rounds  # noqa: E402
from dl4py.spark.masters.parameter_averaging import ParameterAveraging  # noqa: E402
from dl4py.spark.session import open_session  # noqa: E402
from dl4py.spec.bind import bind  # noqa: E402

WIDTHS = {"0.5 M": 700, "10 M": 3162}
ROUNDS = {"spark": 6, "direct": 40}
SGD = {"type": "sgd", "learning_rate": 0.01}
LARGE = {
    "LeNet": (lenet(), (1, 28, 28), 64, 300),
    "MLP 784-1000-1000-10": (mlp([784, 1000, 1000, 10], "relu", SGD, 0.0), (784,), 128, 300),
}
MIB = 1 << 20


class Clock(Rounds):
    """When rounds ended."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def iteration(self, network: Network, score: float, examples: int) -> None:
        self.times.append(time.perf_counter())


class Memory:
    """A training hook: the most that a Python worker has held, in a file of its own."""

    def pre_update(self, batch: Any, network: Network) -> None:
        """Before a step nothing is asked."""

    def post_update(self, batch: Any, network: Network) -> None:
        import os

        path = Path(tempfile.gettempdir()) / f"dl4py-memory-{os.getpid()}"
        path.write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))


def network_of(config: dict[str, Any]) -> Network:
    """A network of a configuration."""
    import yaml

    return Network(bind(yaml.safe_dump({"network": config})).network)


def data_of(shape: tuple[int, ...], examples: int, batch: int) -> BatchIterator:
    """Examples of ten classes that mean nothing."""
    random = np.random.default_rng(1)
    x = random.random((examples, *shape), np.float32)
    return BatchIterator(
        Dataset.from_arrays(x, np.eye(10, dtype=np.float32)[random.integers(0, 10, examples)]), batch, shuffle=False
    )


def rounds() -> None:
    """Prints milliseconds of a round."""
    session = open_session("local[2]")
    for name, width in WIDTHS.items():
        for transport, count in ROUNDS.items():
            net = network_of(mlp([width, width, 10], "tanh", SGD, 0.0))
            clock = Clock()
            master = ParameterAveraging(workers=2, averaging_frequency=1, transport=transport, checkpoint_rounds=1000)
            master.fit(session.sparkContext, net, data_of((width,), 2 * count, 1), 1, [clock])
            times = np.diff(clock.times)[1:-1]  # the first compiles, the last fetches the numbers
            median, least = statistics.median(times) * 1e3, min(times) * 1e3
            print(f"{name:6} {transport:7} median {median:8.1f} ms  least {least:8.1f} ms", flush=True)
    session.stop()


def scaling() -> None:
    """Prints examples per second by number of executors, measured and foretold, and memory: medians of three turns."""
    for name, (config, shape, batch, count) in LARGE.items():
        turns = [{workers: trained(config, shape, batch, count, workers) for workers in (1, 2)} for _ in range(3)]
        ratio = statistics.median(turn[2][0] / turn[1][0] for turn in turns)
        foretold = {workers: turns[1][workers][2] for workers in (1, 2)}
        for workers in (1, 2):
            speed, memory = (statistics.median(turn[workers][i] for turn in turns) for i in range(2))
            cost = foretold[workers]
            print(
                f"{name:21} {workers} executors: {speed:8.0f} examples/s, "
                f"foretold {batch * count / cost.costs[workers - 1].seconds:8.0f}; "
                f"a Python worker held {memory / MIB:.0f} MiB, foretold {cost.memory / MIB:.0f} MiB",
                flush=True,
            )
        print(f"{name:21} {ratio:.2f} times as fast, foretold {foretold[2].costs[1].speed_up:.2f}", flush=True)


def trained(config: dict[str, Any], shape: tuple[int, ...], batch: int, count: int, workers: int) -> Any:
    """Examples per second, bytes of a Python worker, and the forecast."""
    net, clock, data = network_of(config), Clock(), data_of(shape, batch * count, batch)
    master = ParameterAveraging(
        workers=workers, averaging_frequency=10, transport="direct", training_hooks=("spark:Memory",)
    )
    found = forecast(net, next(data.epoch(0)), count, master, workers=(1, 2))
    session = open_session(f"local-cluster[{workers},1,2048]")
    for path in Path(tempfile.gettempdir()).glob("dl4py-memory-*"):
        path.unlink()
    master.fit(session.sparkContext, net, data, 2, [clock])
    session.stop()
    half = len(clock.times) // 2  # the second epoch, in which everything is compiled
    speed = batch * count * (half - 1) / half / (clock.times[-1] - clock.times[half])
    held = max(int(path.read_text()) for path in Path(tempfile.gettempdir()).glob("dl4py-memory-*"))
    return speed, held, found


EMPTY = """
from dl4py.spark.session import open_session
print(open_session("local[2]").sparkContext.parallelize(range(2), 2).map(lambda x: x + 1).collect())
"""
FIRST = """
import sys
sys.path[:0] = [{here!r}]
import spark
from dl4py.errors import Interrupted
class First(spark.Rounds):
    def iteration(self, network, score, examples):
        print(score, flush=True)
        import os
        os._exit(0)
net = spark.network_of(spark.mlp([784, 100, 10], "relu", spark.SGD, 0.0))
session = spark.open_session("local[2]")
spark.ParameterAveraging(workers=2, transport={transport!r}, averaging_frequency=1).fit(
    session.sparkContext, net, spark.data_of((784,), 64, 32), 1, [First()])
"""


def startup() -> None:
    """Prints seconds of whole processes; caches of kernels are warm after the first."""
    here = str(ROOT / "benchmarks")
    programs = {"empty job": EMPTY} | {t: FIRST.format(here=here, transport=t) for t in ("spark", "direct")}
    empty = 0.0
    for name, program in programs.items():
        times = []
        for _ in range(4):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, cwd=ROOT)
            times.append(time.perf_counter() - begun)
        least = min(times[1:])
        empty = empty or least
        print(f"{name:10} {least:6.2f} s, {least / empty:.2f} times an empty job", flush=True)


def main() -> None:
    """Measures what is asked for."""
    import os

    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "benchmarks")])
    known = {"rounds": rounds, "scaling": scaling, "startup": startup}
    for name in sys.argv[1:] or known:
        known[name]()


if __name__ == "__main__":
    main()
