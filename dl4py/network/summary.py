"""DL4J's table of a network: layers, shapes and parameter counts, character for character."""

from __future__ import annotations

from typing import Any

from dl4py.network.graph import Graph, Node
from dl4py.network.parameters import lay_out
from dl4py.plan import named


def summarize(graph: Graph, *, shapes: bool = False) -> str:
    """The text of DL4J's `summary()`, or with `shapes` of `summary(InputType)`, where the network says what it
    is fed.
    """
    typed = shapes and all(shape is not None for shape in graph.shapes)
    rows = [_header(graph, typed)]
    if not graph.config.chain:
        rows += [_input_row(name, typed) for name in graph.inputs]
    rows += [_row(graph, node, typed) for node in graph.nodes]
    widths = [max(len(row[i]) for row in rows) + 3 for i in range(len(rows[0]))]
    widths[-1] -= 3
    line = "=" * sum(widths)
    lines = ["".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    slots = lay_out(graph).slots
    total = sum(slot.param.size for slot in slots)
    frozen = sum(slot.param.size for slot in slots if slot.param.frozen)
    counts = [("Total", total), ("Trainable", total - frozen), ("Frozen", frozen)]
    text = [line, lines[0], line, *lines[1:], "-" * sum(widths)]
    text += [f"{name + ' Parameters: ':>30} {count:,d}" for name, count in counts]
    return "\n" + "\n".join([*text, line]) + "\n"


def _header(graph: Graph, typed: bool) -> list[str]:
    if graph.config.chain:
        head = ["LayerName (LayerType)", "nIn,nOut", "TotalParams", "ParamsShape"]
    else:
        head = ["VertexName (VertexType)", "nIn,nOut", "TotalParams", "ParamsShape", "Vertex Inputs"]
    return head + (["InputShape", "OutputShape"] if typed else [])


def _input_row(name: str, typed: bool) -> list[str]:
    return [f"{name} (InputVertex)", "-,-", "-", "-", "-"] + (["-", "-"] if typed else [])


def _row(graph: Graph, node: Node, typed: bool) -> list[str]:
    layer = node.layer
    if layer is None:
        kind = node.thing.summary_name or (node.thing.java or "").rsplit(".", 1)[-1]
        cells = [f"{node.name} ({kind})", "-,-", "-", "-"]
    else:
        params = node.params
        shapes = ", ".join(
            f"{p.name}:{{{','.join(map(str, p.shape))}}}"
            for p in named(params, "summary" if graph.config.chain else "variables")
        )
        name = ("Frozen " if layer.frozen else "") + summary_name(layer)
        count = sum(p.size for p in params)
        cells = [f"{node.name} ({name})", _widths(layer), f"{count:,d}", shapes or "-"]
    if not graph.config.chain:
        cells.append(f"[{', '.join(node.inputs)}]")
    if typed:
        cells += _shapes(graph, node)
    return cells


def summary_name(layer: object) -> str:
    """DL4J's name of the layer's class; wrappers show what is inside."""
    while not layer.summary_name:  # type: ignore[attr-defined]
        layer = getattr(layer, layer.wraps[0])  # type: ignore[attr-defined]
    return layer.summary_name  # type: ignore[attr-defined]


def _widths(layer: Any) -> str:
    inner = layer
    while inner.wraps and not hasattr(inner, "n_out"):
        inner = getattr(inner, inner.wraps[0])
    if (inner is not layer and inner.wraps) or summary_name(inner) == "SameDiffLayer":
        return "-,-"  # DL4J does not look into both directions inside a wrapper, nor into graphs of its own
    n_in, n_out = getattr(inner, "n_in", None), getattr(inner, "n_out", None)
    return f"{n_in},{n_out}" if n_in and n_out else "-,-"


def _shapes(graph: Graph, node: Node) -> list[str]:
    if node.layer is None:
        return ["-", str(node.shape)]
    given = str(node.given[0])
    if node.preprocessor:
        arrow = "--> " if graph.config.chain else "-->"
        given = f"{given}{arrow}{node.preprocessor.output_shape(node.given[0])}"
    return [given, str(node.shape)]


def as_dict(graph: Graph) -> dict[str, object]:
    """The table as plain values, for `--json`."""
    layers = []
    for node in graph.nodes:
        params = node.params
        layers.append(
            {
                "name": node.name,
                "type": node.thing.type,
                "inputs": list(node.inputs),
                "params": {p.name: list(p.shape) for p in params},
                "count": sum(p.size for p in params),
                "output": list(node.shape.array) if node.shape else None,
            }
        )
    slots = lay_out(graph).slots
    frozen = sum(slot.param.size for slot in slots if slot.param.frozen)
    total = sum(slot.param.size for slot in slots)
    return {"layers": layers, "total": total, "trainable": total - frozen, "frozen": frozen}
