"""ONNX nodes as they are collected, and the table of conversions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dl4py.errors import UnsupportedFeature


class Writer:
    """Collects ONNX nodes and initializers."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.count = 0

    def constant(self, value: Any, kind: Any = np.float32) -> str:
        """The name of a constant."""
        from onnx import numpy_helper

        self.count += 1
        name = f"c{self.count}"
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=kind), name))
        return name

    def __call__(self, op: str, *inputs: str, **attributes: Any) -> str:
        """Adds a node and gives the name of its output."""
        from onnx import helper

        self.count += 1
        name = f"v{self.count}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], **attributes))
        return name


Convert = Callable[[Writer, Any, list[str], dict[str, np.ndarray]], str]
CONVERTS: dict[str, Convert] = {}


def converts(*types: str) -> Callable[[Convert], Convert]:
    """Enters the conversion of layers or vertices: (writer, thing, inputs, parameters) to the output's name."""

    def enter(function: Convert) -> Convert:
        CONVERTS.update(dict.fromkeys(types, function))
        return function

    return enter


def convert(writer: Writer, thing: Any, inputs: list[str], params: dict[str, np.ndarray]) -> str:
    """The conversion of one layer, vertex or preprocessor."""
    if thing.type not in CONVERTS:
        name = f"`{thing.name}`: " if getattr(thing, "name", None) else ""
        raise UnsupportedFeature(f"{name}a {thing.type} cannot be exported to ONNX yet", at=thing.mark())
    return CONVERTS[thing.type](writer, thing, inputs, params)
