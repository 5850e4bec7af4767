"""Regularization; one file each."""

from dl4py.regularization.base import Regularization

__all__ = ["Regularization"]
