"""Transforms of images; one file each."""

from dl4py.data.transforms.base import Transform

__all__ = ["Transform"]
