"""Distributions of what a variational auto-encoder reconstructs; one file each."""

from dl4py.reconstructions.base import Reconstruction

__all__ = ["Reconstruction"]
