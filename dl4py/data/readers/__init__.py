"""Readers; one file each."""

from dl4py.data.readers.base import Reader

__all__ = ["Reader"]
