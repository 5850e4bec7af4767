"""Activations; one file each."""

from dl4py.activations.base import Activation

__all__ = ["Activation"]
