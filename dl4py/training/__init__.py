"""Epochs, iterations, and who is told."""

from dl4py.training.config import TrainingConfig
from dl4py.training.fit import fit

__all__ = ["TrainingConfig", "fit"]
