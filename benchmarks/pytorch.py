"""The same steps in PyTorch, eager: fused updaters, l2 on weights only; of several settings the best counts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from networks import Workload
from torch import nn
from torch.nn import functional as F


class Characters(nn.Module):
    """Two LSTM layers and a softmax at each step."""

    def __init__(self) -> None:
        super().__init__()
        self.steps, self.out = nn.LSTM(77, 200, 2, batch_first=True), nn.Linear(200, 77)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.steps(x)[0]).flatten(0, 1)


class Block(nn.Module):
    """Two convolutions around which the input goes."""

    def __init__(self) -> None:
        super().__init__()
        self.c1, self.b1 = nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.c2, self.b2 = nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(x + self.b2(self.c2(F.relu(self.b1(self.c1(x))))))


class Mean(nn.Module):
    """The mean of each channel."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((2, 3))


def dense(sizes: list[int], activation: type[nn.Module]) -> nn.Module:
    """Dense layers, without the last activation."""
    modules: list[nn.Module] = []
    for n_in, n_out in pairwise(sizes):
        modules += [nn.Linear(n_in, n_out), activation()]
    return nn.Sequential(*modules[:-1])


def lenet() -> nn.Module:
    """LeCun's network as in DL4J's example."""
    images = [nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.Flatten()]
    return nn.Sequential(*images, nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))


def residual() -> nn.Module:
    """Three blocks with 32 channels."""
    first = [nn.Conv2d(3, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()]
    return nn.Sequential(*first, Block(), Block(), Block(), Mean(), nn.Linear(32, 10))


def vgg16() -> nn.Module:
    """Up to the second dense layer."""
    modules: list[nn.Module] = []
    before = 3
    for channels, many in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(many):
            modules += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU(True)]
            before = channels
        modules.append(nn.MaxPool2d(2))
    rows = [nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(True), nn.Linear(4096, 4096), nn.ReLU(True)]
    return nn.Sequential(*modules, *rows)


MODELS: dict[str, Callable[[], nn.Module]] = {
    "1_iris": lambda: dense([4, 3, 3, 3], nn.Tanh),
    "2_mlp1000": lambda: dense([784, 1000, 10], nn.ReLU),
    "3_mlp500": lambda: dense([784, 500, 100, 10], nn.ReLU),
    "4_lenet": lenet,
    "5_lstm": Characters,
    "6_resnet": residual,
    "7_vgg16": vgg16,
}


def optimizer(model: nn.Module, keys: dict[str, Any], settings: str) -> torch.optim.Optimizer:
    """The updater of a configuration's defaults."""
    decay, updater = keys.get("l2", 0.0), keys["updater"]
    weights = [p for p in model.parameters() if p.dim() > 1]
    biases = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": weights, "weight_decay": decay}, {"params": biases, "weight_decay": 0.0}]
    if updater == "adam" or updater["type"] == "adam":
        return torch.optim.Adam(groups, lr=1e-3, fused=True)
    if updater["type"] == "rms_prop":
        return torch.optim.RMSprop(
            groups, lr=updater["learning_rate"], alpha=0.95, eps=1e-8, foreach="foreach" in settings
        )
    momentum = updater.get("momentum", 0.0)
    return torch.optim.SGD(groups, lr=updater["learning_rate"], momentum=momentum, nesterov=momentum > 0, fused=True)


def step(work: Workload, threads: int, settings: str) -> Callable[[], object]:
    """A step of PyTorch."""
    torch.set_num_threads(1 if "one thread" in settings else threads)
    torch.manual_seed(1)
    model = MODELS[work.key]()
    features, classes = map(torch.from_numpy, work.data())
    if "channels last" in settings:
        model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        features = features.contiguous(memory_format=torch.channels_last)
    elif features.dim() == 3:
        features = features.transpose(1, 2).contiguous()
    if not work.trains:
        model.eval()
        return lambda: _answer(model, features)
    updater, labels = optimizer(model, work.config["defaults"], settings), classes.flatten()

    def train() -> float:
        updater.zero_grad()
        score = F.cross_entropy(model(features), labels)
        score.backward()
        updater.step()
        return score.item()

    return train


@torch.inference_mode()
def _answer(model: nn.Module, features: torch.Tensor) -> torch.Tensor:
    return model(features)
