"""Constraints; one file each."""

from dl4py.constraints.base import Constraint

__all__ = ["Constraint"]
