"""Distributions; one file each."""

from dl4py.distributions.base import Distribution

__all__ = ["Distribution"]
