"""One system's steps: `python steps.py dl4py|torch WORKLOAD` prints the median milliseconds of a step as JSON.

A process a measurement, so that neither system meets the other's threads.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

WORKLOADS: dict[str, dict[str, Any]] = {
    "iris 4-3-3-3, batch 120, SGD, l2": {
        "sizes": [4, 3, 3, 3], "batch": 120, "activation": "tanh", "l2": 1e-4, "rounds": 2000,
        "updater": {"type": "sgd", "learning_rate": 0.1},
    },
    "MLP 784-1000-10, batch 125, Nesterovs, l2": {
        "sizes": [784, 1000, 10], "batch": 125, "activation": "relu", "l2": 1e-4, "rounds": 100,
        "updater": {"type": "nesterovs", "learning_rate": 0.006, "momentum": 0.9},
    },
    "MLP 784-500-100-10, batch 64, Adam": {
        "sizes": [784, 500, 100, 10], "batch": 64, "activation": "relu", "l2": 0.0, "rounds": 200,
        "updater": {"type": "adam", "learning_rate": 1e-3},
    },
}  # fmt: skip


def data(work: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """The same numbers for both systems."""
    generator = np.random.Generator(np.random.Philox(1))
    x = generator.standard_normal((work["batch"], work["sizes"][0])).astype(np.float32)
    classes = generator.integers(0, work["sizes"][-1], work["batch"])
    return x, classes


def dl4py_step(work: dict[str, Any]) -> Callable[[], float]:
    """A step of dl4py."""
    from dl4py import Network, NetworkConfig

    *hidden, out = work["sizes"][1:]
    layers = [{"type": "dense", "n_out": n} for n in hidden] + [{"type": "output", "n_out": out}]
    keys = {"activation": work["activation"], "updater": work["updater"], **({"l2": work["l2"]} if work["l2"] else {})}
    network = Network(NetworkConfig.model_validate({"input": work["sizes"][0], "defaults": keys, "layers": layers}))
    x, classes = data(work)
    y = np.eye(out, dtype=np.float32)[classes]
    return lambda: network.fit(x, y)


def torch_step(work: dict[str, Any]) -> Callable[[], float]:
    """An eager step of PyTorch with its plain optimizer."""
    import torch

    kinds = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}
    modules: list[Any] = []
    for n_in, n_out in zip(work["sizes"], work["sizes"][1:], strict=False):
        modules += [torch.nn.Linear(n_in, n_out), kinds[work["activation"]]()]
    model = torch.nn.Sequential(*modules[:-1])
    updater, decay = work["updater"], work["l2"]
    if updater["type"] == "adam":
        optimizer: Any = torch.optim.Adam(model.parameters(), lr=updater["learning_rate"])
    else:
        momentum = updater.get("momentum", 0.0)
        rate = updater["learning_rate"]
        optimizer = torch.optim.SGD(
            model.parameters(), lr=rate, momentum=momentum, nesterov=momentum > 0, weight_decay=decay
        )
    loss = torch.nn.CrossEntropyLoss()
    x, classes = data(work)
    tx, ty = torch.from_numpy(x), torch.from_numpy(classes)

    def step() -> float:
        optimizer.zero_grad()
        score = loss(model(tx), ty)
        score.backward()
        optimizer.step()
        return score.item()

    return step


def measure(step: Callable[[], float], rounds: int) -> float:
    """Median milliseconds of a step over nine runs of `rounds` steps."""
    for _ in range(rounds // 4 + 1):
        step()
    times = []
    for _ in range(9):
        start = time.perf_counter()
        for _ in range(rounds):
            step()
        times.append((time.perf_counter() - start) / rounds * 1e3)
    return statistics.median(times)


if __name__ == "__main__":
    system, name = sys.argv[1:]
    work = WORKLOADS[name]
    made = dl4py_step(work) if system == "dl4py" else torch_step(work)
    print(json.dumps(measure(made, work["rounds"])))
