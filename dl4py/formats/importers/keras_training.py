"""Keras' compile settings: loss and optimizer."""

from __future__ import annotations

from typing import Any

from dl4py.errors import UnsupportedFeature

LOSSES = {
    "categorical_crossentropy": "mcxent", "sparse_categorical_crossentropy": "sparse_mcxent",
    "binary_crossentropy": "xent", "mean_squared_error": "mse", "mse": "mse", "mean_absolute_error": "mae",
    "mae": "mae", "mean_absolute_percentage_error": "mape", "mape": "mape", "mean_squared_logarithmic_error": "msle",
    "msle": "msle",
    "kl_divergence": "kld", "kullback_leibler_divergence": "kld", "poisson": "poisson", "hinge": "hinge",
    "squared_hinge": "squared_hinge", "cosine_proximity": "cosine_proximity", "cosine_similarity": "cosine_proximity",
}  # fmt: skip


def loss_of(training: dict[str, Any], where: str) -> str | None:
    """Our loss for the one that the model was compiled with."""
    loss = training.get("loss")
    while isinstance(loss, list) and len(loss) == 1:
        loss = loss[0]
    if isinstance(loss, dict) and "class_name" in loss:
        loss = loss["class_name"]
    if loss is None:
        return None
    word = _snake(str(loss))
    if word not in LOSSES:
        raise UnsupportedFeature(f"{where}: the loss {loss} has no equal in DL4J")
    return LOSSES[word]


def updater_of(training: dict[str, Any], where: str) -> dict[str, Any]:
    """Our updater for Keras' optimizer; rates that change over time are not imported."""
    optimizer = training.get("optimizer") or training.get("optimizer_config")
    if not isinstance(optimizer, dict):
        return {"type": "adam"}
    kind, config = str(optimizer.get("class_name")).split(">")[-1].lower(), optimizer.get("config", {})
    rate = config.get("learning_rate", config.get("lr", 1e-3))
    if not isinstance(rate, int | float):
        raise UnsupportedFeature(f"{where}: a learning rate schedule of the optimizer is not imported yet")
    betas = {"beta1": float(config.get("beta_1", 0.9)), "beta2": float(config.get("beta_2", 0.999))}
    epsilon = {"epsilon": float(config.get("epsilon") or 1e-7)}
    names = {"adam": "adam", "adamax": "ada_max", "nadam": "nadam"}
    if kind in names:
        amsgrad = kind == "adam" and config.get("amsgrad")
        return {"type": "ams_grad" if amsgrad else names[kind], "learning_rate": float(rate), **betas, **epsilon}
    if kind == "sgd" and config.get("momentum"):
        return {"type": "nesterovs", "learning_rate": float(rate), "momentum": float(config["momentum"])}
    if kind == "sgd":
        return {"type": "sgd", "learning_rate": float(rate)}
    if kind == "rmsprop":
        return {"type": "rms_prop", "learning_rate": float(rate), "rms_decay": float(config.get("rho", 0.9)), **epsilon}
    if kind == "adagrad":
        return {"type": "ada_grad", "learning_rate": float(rate), **epsilon}
    if kind == "adadelta":
        return {"type": "ada_delta", "rho": float(config.get("rho", 0.95)), **epsilon}
    raise UnsupportedFeature(f"{where}: the optimizer {optimizer.get('class_name')} has no equal in DL4J")


def _snake(name: str) -> str:
    import re

    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
