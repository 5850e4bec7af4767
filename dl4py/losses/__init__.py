"""Losses; one file each."""

from dl4py.losses.base import Loss

__all__ = ["Loss"]
