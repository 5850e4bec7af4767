"""Early stopping: the validation part is judged after epochs, the best network kept, and training ended in time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dl4py.atomic import write_text
from dl4py.errors import InvalidValue
from dl4py.formats.model import save
from dl4py.network.network import Network
from dl4py.training.early_stopping import EarlyStopping
from dl4py.training.folder import BEST, EARLY
from dl4py.training.loop import Listener
from dl4py.training.stopping import StoppingCondition


class Stopper(Listener):
    """Judges, keeps the best network as `best.zip`, and knows from `early_stopping.json` what went before.

    `judge` gives the figures of an output of the network on the validation part.
    """

    def __init__(self, config: EarlyStopping, folder: Path, judge: Callable[[Network], Any]) -> None:
        self.config, self.folder, self.judge = config, folder, judge
        self.scores: dict[int, float] = {}
        self.reason = ""
        self.before = 0.0
        self.begun = time.monotonic()

    def resume(self, epoch: int) -> None:
        """Takes up what an interrupted run has found until the end of so many epochs."""
        path = self.folder / EARLY
        if not path.exists():
            return
        told = json.loads(path.read_text())
        self.reason, self.before = told["reason"], told["seconds"]
        self.scores = {int(e): s for e, s in told["scores"].items() if self.reason or int(e) < epoch}

    @property
    def stopping(self) -> bool:
        return bool(self.reason)

    @property
    def best(self) -> int | None:
        """The epoch of the best score, the first of equal ones; None before the first."""
        order = min if self.config.minimize else max
        return order(self.scores, key=lambda epoch: self.scores[epoch]) if self.scores else None

    def iteration(self, network: Network, score: float, examples: int) -> None:
        if not self.reason:
            self._conclude(
                lambda condition: condition.after_step(score, self._seconds()), "iteration", network.iteration - 1
            )

    def epoch(self, network: Network) -> None:
        epoch = network.epoch - 1
        if epoch % self.config.evaluate_every_n_epochs:
            return
        self.scores[epoch] = self._score(network)
        if self.best == epoch:
            save(network, self.folder / BEST)
        epochs, scores = list(self.scores), list(self.scores.values())
        self._conclude(lambda c: c.after_epoch(epochs, scores, self.config.minimize), "epoch", epoch)
        self._write()

    def ended(self, network: Network) -> None:
        self.reason = self.reason or "all epochs"
        self._write()

    def _conclude(self, holds: Callable[[StoppingCondition], bool], what: str, number: int) -> None:
        for condition in self.config.conditions:
            if not self.reason and holds(condition):
                self.reason = f"{condition.type} after {what} {number}"
                self._write()

    def _score(self, network: Network) -> float:
        figures = self.judge(network)
        found = figures.as_dict() | {"loss": figures.loss}
        if found.get(self.config.score) is None:
            numbers = ", ".join(name for name, value in found.items() if isinstance(value, int | float))
            raise InvalidValue(
                f"the validation part has no figure `{self.config.score}`",
                at=self.config.mark("score"),
                hint=f"there are {numbers}",
            )
        return float(found[self.config.score])

    def _seconds(self) -> float:
        return self.before + time.monotonic() - self.begun

    def _write(self) -> None:
        told = {"score": self.config.score, "scores": self.scores, "best_epoch": self.best, "reason": self.reason}
        write_text(self.folder / EARLY, json.dumps(told | {"seconds": round(self._seconds(), 3)}) + "\n")

    def told(self) -> dict[str, Any]:
        """Why training ended, and the best epoch with its score."""
        best = self.best
        score = self.scores[best] if best is not None else None
        return {"reason": self.reason, "best_epoch": best, "score": self.config.score, "best_score": score}

    def text(self) -> str:
        """The same as a person reads it."""
        told = self.told()
        if told["best_epoch"] is None:
            return f"early stopping: {told['reason']}; no epoch was judged, the last network is kept"
        return (
            f"early stopping: {told['reason']}; best {told['score']} {told['best_score']:.6g} after epoch "
            f"{told['best_epoch']}"
        )
