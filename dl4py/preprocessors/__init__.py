"""Preprocessors; one file each."""

from dl4py.preprocessors.base import Preprocessor

__all__ = ["Preprocessor"]
