"""The text of a classification, as DL4J 1.0.0-M2.1 prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dl4py.evaluation.confusion import table

if TYPE_CHECKING:
    from dl4py.evaluation.classification import Evaluation

PRINTED_CLASSES = 20


def report(e: Evaluation) -> str:
    """Figures, warnings about classes left out of the averages, and the confusion matrix of up to 20 classes."""
    if not e.total:
        return "Evaluation: No data available (no evaluation has been performed)"
    precision, recall, f1 = e.counts.precision, e.counts.recall, e.counts.f_beta(1.0)
    lines = ["", "", f"{'Evaluation Metrics':=^66}", f" # of classes:    {e.classes}"]
    lines.append(f" Accuracy:        {e.accuracy:.4f}")
    if e.top_n > 1:
        lines.append(f" Top {e.top_n} Accuracy:  {e.top_n_accuracy:.4f}")
    lines += [
        f" Precision:       {_average(e, precision)}",
        f" Recall:          {_average(e, recall)}",
        f" F1 Score:        {_average(e, f1)}",
        _averaging(e),
    ]
    if e.threshold is not None:
        lines.append(f"Binary decision threshold: {e.threshold}")
    warnings = _warning(precision, "precision") + _warning(recall, "recall")
    return "\n".join([*lines, "", warnings + _matrix(e), "=" * 66])


def _average(e: Evaluation, of_class: np.ndarray) -> str:
    """An average and how many classes it leaves out; NaN when it leaves out all."""
    excluded = int(np.isnan(of_class).sum())
    if e.classes == 2 or not excluded:
        return f"{e.average(of_class):.4f}"
    value = f"{e.average(of_class):.4f}" if excluded < e.classes else "NaN"
    return f"{value}\t({excluded} class{'es' if excluded > 1 else ''} excluded from average)"


def _averaging(e: Evaluation) -> str:
    c = e.reported_class
    if c is None:
        return f"Precision, recall & F1: macro-averaged (equally weighted avg. of {e.classes} classes)"
    return f'Precision, recall & F1: reported for positive class (class {c} - "{e.name(c)}") only'


def _warning(of_class: np.ndarray, figure: str) -> str:
    """DL4J says "never predicted" of recall as well, where the class is missing from the labels."""
    out = np.flatnonzero(np.isnan(of_class)).tolist()
    if not out:
        return ""
    several, verb = ("es", "were") if len(out) > 1 else ("", "was")
    return (
        f"Warning: {len(out)} class{several} {verb} never predicted by the model and {verb} excluded from average "
        f"{figure}\nClasses excluded from average {figure}: {out}\n"
    )


def _matrix(e: Evaluation) -> str:
    if e.classes <= PRINTED_CLASSES:
        return f"\n{'Confusion Matrix':=^66}\n{table(e.confusion, e.labels)}"
    why = f"Note: Confusion matrix not generated due to space requirements for {e.classes} classes."
    return f"\n\n{why}\nUse stats(false,true) to generate anyway"
