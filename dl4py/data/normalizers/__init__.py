"""Normalizers; one file each."""

from dl4py.data.normalizers.base import Fitted, Normalizer

__all__ = ["Fitted", "Normalizer"]
