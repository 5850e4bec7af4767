"""`--metric roc`: which figures are wanted, and how a person reads them."""

from __future__ import annotations

from typing import Any

from dl4py.evaluation.base import Figures, Judgement
from dl4py.evaluation.calibration import CalibrationEvaluation
from dl4py.spec import Thing, key
from dl4py.spec.bind import bind_thing
from dl4py.spec.source import Source


class Wanted(Thing):
    """One metric as a command names it: `roc`, or `{type: roc, steps: 30}`."""

    metric: Judgement = key("The figures.")


def judgement(written: str) -> Judgement:
    """The judgement that a command names; mistakes are told as those of a spec are."""
    return bind_thing(Wanted, Source("--metric", f"metric: {written}")).metric


def text(figures: Figures) -> str:
    """DL4J's text; of a calibration, whose text says nothing, the figures below it."""
    shown = figures.stats().strip("\n")
    return "\n".join([shown, *_calibration(figures)]) if isinstance(figures, CalibrationEvaluation) else shown


def _calibration(figures: CalibrationEvaluation) -> list[str]:
    found: dict[str, Any] = figures.as_dict()
    lines = [
        f"examples:                   {found['examples']}",
        f"expected calibration error: {figures.expected_calibration_error:.4f}",
        f"maximum calibration error:  {figures.maximum_calibration_error:.4f}",
    ]
    width = max([5, *(len(name) for name in found["reliability"])]) + 2
    lines.append(f"{'class':<{width}}mean predicted  share positive")
    for name, diagram in found["reliability"].items():
        for mean, share in zip(diagram["mean_predicted"], diagram["share_positive"], strict=True):
            lines.append(f"{name:<{width}}{mean:<16.4f}{share:.4f}")
    return lines
