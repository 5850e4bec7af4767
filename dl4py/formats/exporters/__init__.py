"""Export formats; one file each."""

from dl4py.formats.exporters.base import Exporter

__all__ = ["Exporter"]
