"""How far a training is: score, speed, time left."""

from __future__ import annotations

import sys
import time

import click

from dl4py.cli import console
from dl4py.network.network import Network
from dl4py.training.loop import Listener


class Progress(Listener):
    """Score, examples per second and time left: one live line on a terminal, a line every few seconds otherwise."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.every = 0.1 if self.live else 5.0

    def started(self, network: Network, batches: int, epochs: int) -> None:
        self.first = network.epoch * batches
        self.batches, self.epochs = batches, epochs
        self.total = epochs * batches - self.first
        self.steps = self.examples = 0
        self.begun = self.said = time.monotonic()
        self.score = float("nan")

    def iteration(self, network: Network, score: float, examples: int) -> None:
        self.steps += 1
        self.examples += examples
        self.score = score
        now = time.monotonic()
        if self.steps == 1:  # kernels were compiled for it: it says nothing about the others
            self.warm, self.seen = now, examples
        if now - self.said >= self.every:
            self.said = now
            self._line(network, now)

    def _line(self, network: Network, now: float) -> None:
        if console.quiet:
            return
        text = f"epoch {network.epoch + 1}/{self.epochs}  score {self.score:.5f}"
        if self.steps > 1:
            passed = max(now - self.warm, 1e-9)
            left = passed / (self.steps - 1) * max(0, self.total - self.steps)
            text += f"  {self.rate(passed)}  {console.duration(left)} left"
        if self.live:
            width = 24
            filled = round(width * min(1.0, self.steps / max(1, self.total)))
            text = f"\r\x1b[K[{'█' * filled}{'·' * (width - filled)}] {text}"
        click.echo(text, err=True, nl=not self.live)

    def rate(self, passed: float) -> str:
        """How fast it goes."""
        return f"{(self.examples - self.seen) / passed:,.0f} examples/s"

    def ended(self, network: Network) -> None:
        if console.quiet:
            return
        if self.live:
            click.echo("\r\x1b[K", err=True, nl=False)
        made = f"{console.count(network.epoch, 'epoch')}, {console.count(network.iteration, 'iteration')}"
        if not self.steps:
            click.echo(f"{made} are made already, nothing is left to train", err=True)
            return
        passed = max(time.monotonic() - self.begun, 1e-9)
        speed = f"{self.examples / passed:,.0f} examples/s"
        click.echo(f"{made} in {passed:.1f} s  ({speed}), last score {self.score:.5f}", err=True)
