"""Weight initializers; one file each."""

from dl4py.initializers.base import Initializer

__all__ = ["Initializer"]
