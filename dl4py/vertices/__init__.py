"""Graph vertices; one file each."""

from dl4py.vertices.base import Vertex

__all__ = ["Vertex"]
