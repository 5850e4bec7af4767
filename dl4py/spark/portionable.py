"""Networks whose gradient on a batch is the sum of those on its portions."""

from __future__ import annotations

from dl4py.errors import ClusterError
from dl4py.network.network import Network

HINT = "`dl4py train` on one machine, or the master `parameter_averaging` with `stochastic_gradient_descent`"


def check(network: Network) -> None:
    """Refuses networks that see more of a batch than single examples, or whose update sees more than single values."""
    found = _found(network)
    if found:
        raise ClusterError(f"Sandblaster cuts batches and vectors into parts, which {found} would notice", hint=HINT)


def _found(network: Network) -> str | None:
    if network.graph.compatibility.has(29):
        return "`compatibility: dl4j` (its line searches update twice)"
    if network.config.backprop_type != "standard":
        return "`backprop_type: truncated_bptt`"
    if any(slot.param.role == "statistic" for slot in network.parameters.slots):
        return "running statistics (batch normalization, center loss)"
    for node in network.graph.nodes:
        layer, trained = node.layer, node.trained
        parts = [layer, *(getattr(layer, name) for name in layer.wraps)] if layer else []
        if any(getattr(part, "dropout", None) for part in parts) or getattr(trained, "weight_noise", None):
            return f"dropout and weight noise of `{node.name}`"
        if trained is not None and trained.gradient_normalization not in ("none", "clip_element_wise_absolute_value"):
            return f"`gradient_normalization: {trained.gradient_normalization}` of `{node.name}`"
        if getattr(trained, "constraints", None) or any(getattr(part, "constraints", None) for part in parts):
            return f"`constraints` of `{node.name}`"
    return None
