"""Iris from start to exit: `python iris.py dl4py|torch EPOCHS` makes so many steps of all 120 examples."""

from __future__ import annotations

import sys

from networks import WORKLOADS

work = next(iter(WORKLOADS.values()))


def ours(epochs: int) -> float:
    """Steps of dl4py."""
    from dl4py import Network, NetworkConfig

    network = Network(NetworkConfig.model_validate(work.config))
    x, y = work.arrays()
    for _ in range(epochs):
        score = network.fit(x, y)
    return score


def torch(epochs: int) -> object:
    """Steps of PyTorch."""
    import pytorch

    step = pytorch.step(work, 1, "one thread")
    for _ in range(epochs):
        score = step()
    return score


if __name__ == "__main__":
    print("score", {"dl4py": ours, "torch": torch}[sys.argv[1]](int(sys.argv[2])))
