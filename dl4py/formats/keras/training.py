"""The loss that a Keras model was compiled with."""

from __future__ import annotations

import re
from typing import Any

from dl4py.errors import UnsupportedFeature
from dl4py.formats.importers.base import differs
from dl4py.formats.keras.optimizers import GONE

LOSSES = {
    "categorical_crossentropy": "mcxent", "sparse_categorical_crossentropy": "sparse_mcxent",
    "binary_crossentropy": "xent", "mean_squared_error": "mse", "mse": "mse", "mean_absolute_error": "mae",
    "mae": "mae", "mean_absolute_percentage_error": "mape", "mape": "mape", "mean_squared_logarithmic_error": "msle",
    "msle": "msle",
    "kl_divergence": "kld", "kullback_leibler_divergence": "kld", "poisson": "poisson", "hinge": "hinge",
    "squared_hinge": "squared_hinge", "cosine_proximity": "cosine_proximity", "cosine_similarity": "cosine_proximity",
}  # fmt: skip
SUMMED = ("poisson", "hinge", "squared_hinge")  # over outputs, where Keras takes the mean


def loss_of(training: dict[str, Any], outputs: int, where: str) -> Any:
    """Our loss of a network with that many outputs; None where the file names none."""
    loss, settings = _named(training.get("loss"))
    if loss is None:
        return None
    if loss not in LOSSES:
        raise UnsupportedFeature(f"{where}: the loss {loss} has no equal in DL4J", hint=GONE)
    for setting in ("from_logits", "label_smoothing"):
        if settings.get(setting):
            differs(where, f"the loss {loss} has `{setting}`, DL4J's `{LOSSES[loss]}` has not")
    if str(settings.get("reduction", "auto")) not in ("auto", "sum_over_batch_size"):
        differs(where, f"the loss {loss} has the reduction {settings['reduction']}, DL4J takes the mean over examples")
    if training.get("loss_weights") not in (None, 1.0, [1.0]):
        differs(where, f"the loss is weighted by {training['loss_weights']}, DL4J's is not")
    return _equal(LOSSES[loss], outputs, where)


def _equal(ours: str, outputs: int, where: str) -> Any:
    """Keras takes the mean over outputs; so does DL4J's `mse`, while its `xent` sums with weights."""
    if ours == "xent":
        return {"type": "xent", "clip_eps": 1e-7, **({"weights": [1.0 / outputs] * outputs} if outputs > 1 else {})}
    if ours in SUMMED and outputs > 1:
        differs(where, f"DL4J's `{ours}` sums over the {outputs} outputs where Keras takes their mean")
    if ours.endswith("hinge"):
        differs(where, f"DL4J's `{ours}` wants labels -1 and 1, Keras takes 0 for -1")
    return ours


def _named(loss: Any) -> tuple[str | None, dict[str, Any]]:
    """Keras' name of the loss in small letters, and its settings."""
    while isinstance(loss, list) and len(loss) == 1:
        loss = loss[0]
    settings: dict[str, Any] = {}
    if isinstance(loss, dict) and "class_name" in loss:
        about = loss.get("config")
        settings = about if isinstance(about, dict) else {}
        loss = about if isinstance(about, str) else loss["class_name"]
    return (None if loss is None else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(loss)).lower()), settings
