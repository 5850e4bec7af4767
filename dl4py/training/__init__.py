"""Epochs, iterations, and who is told."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dl4py.training.config import TrainingConfig
    from dl4py.training.fitting import fit

__all__ = ["TrainingConfig", "fit"]


def __getattr__(name: str) -> Any:  # checking a spec needs the configuration alone
    if name == "fit":
        from dl4py.training.fitting import fit

        return fit
    if name == "TrainingConfig":
        from dl4py.training.config import TrainingConfig

        return TrainingConfig
    raise AttributeError(name)
