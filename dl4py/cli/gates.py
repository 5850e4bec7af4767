"""`--min accuracy=0.9`, `--max mse=0.2`: figures that a model must reach, or the command fails with status 8."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Gate:
    """A bound of one figure, from below (`--min`) or from above (`--max`)."""

    option: str
    figure: str
    bound: float

    def complaint(self, figures: dict[str, Any]) -> str | None:
        """Why the figures miss the gate; None where they pass."""
        if self.figure not in figures or isinstance(figures[self.figure], dict | list):
            numbers = ", ".join(name for name, value in figures.items() if not isinstance(value, dict | list))
            raise click.UsageError(f"{self.option} {self.figure}: no such figure; known: {numbers}")
        found = figures[self.figure]
        if found is None:
            return f"{self.figure} is undefined"
        if self.option == "--min":
            return f"{self.figure} is {found:.6g}, below the gate {self.bound:g}" if found < self.bound else None
        return f"{self.figure} is {found:.6g}, above the gate {self.bound:g}" if found > self.bound else None


def gates(function: F) -> F:
    """`--min` and `--max`, read before the command runs; it is handed both as `lows` and `highs`."""
    for name, option, example in (("highs", "--max", "mse=0.2"), ("lows", "--min", "accuracy=0.9")):
        function = click.option(
            option,
            name,
            multiple=True,
            metavar="FIGURE=VALUE",
            callback=_read,
            help=f"Fail with status 8 {'below' if option == '--min' else 'above'} it, e.g. {example}.",
        )(function)
    return function


def check(gates: Sequence[Gate], figures: dict[str, Any]) -> None:
    """Raises `QualityError` with every figure that misses its gate."""
    from dl4py.errors import QualityError

    missed = [complaint for gate in gates if (complaint := gate.complaint(figures))]
    if missed:
        raise QualityError("; ".join(missed))


def _read(context: click.Context, option: click.Parameter, written: tuple[str, ...]) -> tuple[Gate, ...]:
    found = []
    for text in written:
        figure, _, bound = text.partition("=")
        try:
            value = float(bound)
        except ValueError:
            value = float("nan")
        if not figure or not isfinite(value):
            raise click.BadParameter(f"`{text}` is not FIGURE=NUMBER", context, option)
        found.append(Gate(option.opts[0], figure.strip(), value))
    return tuple(found)
