"""Updaters; one file each."""

from dl4py.updaters.base import Updater

__all__ = ["Updater"]
