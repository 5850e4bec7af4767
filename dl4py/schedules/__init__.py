"""Schedules; one file each."""

from dl4py.schedules.base import Schedule

__all__ = ["Schedule"]
