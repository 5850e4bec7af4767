import numpy as np
from replay import CASES

from dl4py.formats.dl4j.model import load
from dl4py.formats.exporters.base import EXPORTERS


def test_arrays_in_their_own_shapes(tmp_path):
    network = load(CASES / "dense-deep" / "model.zip")
    EXPORTERS.get("npz")().write(network, tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz", allow_pickle=False) as file:
        x = np.random.default_rng(0).normal(size=(3, file["layer0.W"].shape[0]))
        first = np.tanh(x @ file["layer0.W"] + file["layer0.b"])
    activation = network.graph.nodes[0].thing.activation.type
    assert activation != "tanh" or np.allclose(network.activations(x)["layer0"], first, atol=1e-5)
    assert network.parameters.size == network.params.size
