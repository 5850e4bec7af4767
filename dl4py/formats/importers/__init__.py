"""Import formats; one file each."""

from dl4py.formats.importers.base import Importer

__all__ = ["Importer"]
