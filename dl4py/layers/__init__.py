"""Layers; one file each."""

from dl4py.layers.base import Layer

__all__ = ["Layer"]
