"""Dropouts; one file each."""

from dl4py.dropouts.base import Dropout

__all__ = ["Dropout"]
