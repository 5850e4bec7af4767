"""What a plan says of its memory."""

import dl4py
from dl4py.plan.printed import footprint, memory_table
from dl4py.spec.bind import bind
from dl4py.spec.source import Source

SPEC = """
network:
  input: 4
  defaults: {updater: adam}
  layers:
    - {name: hidden, type: dense, n_out: 8}
    - {name: out, type: output, n_out: 2}
"""


def test_a_step_holds_vectors_inputs_and_the_arena():
    net = dl4py.Network(bind(Source("<text>", SPEC)).network)
    plan = net.plan(512)
    params = 4 * 8 + 8 + 8 * 2 + 2
    parts = footprint(plan, net.vector_bytes())
    assert parts["parameters"] == parts["gradient"] == 4 * params
    assert parts["updater state"] == 2 * 4 * params  # Adam's two moments
    assert parts["inputs and labels"] == 4 * 512 * (4 + 2)
    assert parts["arena"] == plan.layout.total <= plan.layout.unshared
    assert parts["all"] == sum(parts.values()) - parts["all"]
    assert list(net.vector_bytes("output")) == ["parameters"]
    text = memory_table(plan, net.vector_bytes())
    saved = plan.layout.unshared - plan.layout.total
    assert f"without sharing, which saves {saved / 1024:.1f} KiB" in text
    assert "hidden.z" in text
