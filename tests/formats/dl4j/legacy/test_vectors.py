"""Where the numbers of old zips go."""

from itertools import pairwise

import numpy as np
import oldzip
import pytest

from dl4py.errors import ModelFileError
from dl4py.formats.dl4j.legacy.era import LegacyWarning
from dl4py.formats.dl4j.model import load

ADAM = {"updater": "ADAM"}


def numbers(count, start=1):
    return np.arange(start, start + count, dtype=np.float32)


def test_state_by_parameter_goes_into_blocks(tmp_path):
    value = oldzip.chain(oldzip.dense(3, 2, **ADAM), oldzip.output(2, 1, **ADAM))  # W 6, b 2, W 2, b 1
    m = [numbers(6, 10), numbers(2, 20), numbers(2, 30), numbers(1, 40)]
    v = [100 + part for part in m]
    stored = np.concatenate([part for pair in zip(m, v, strict=True) for part in pair])
    network = load(oldzip.zipped(tmp_path / "m.zip", value, numbers(11), stored))
    assert network.updater_state.tolist() == np.concatenate([*m, *v]).tolist()


def test_state_of_0_9_lies_in_blocks_already(tmp_path):
    value = oldzip.chain(oldzip.dense(3, 2, **ADAM), oldzip.output(2, 1, **ADAM), trainingWorkspaceMode="NONE")
    network = load(oldzip.zipped(tmp_path / "m.zip", value, numbers(11), numbers(22)))
    assert network.updater_state.tolist() == numbers(22).tolist()


def test_state_of_a_graph_lies_in_the_order_of_the_text(tmp_path):
    def vertex(conf):
        return {"LayerVertex": {"layerConf": conf, "preProcessor": None, "outputVertex": False}}

    keys = {"updater": "NESTEROVS", "momentum": 0.9}
    value = {
        "networkInputs": ["a"], "networkOutputs": ["out"], "vertexInputs": {"out": ["d"], "d": ["a"]},
        "vertices": {"out": vertex(oldzip.output(2, 1, **keys)), "d": vertex(oldzip.dense(3, 2, **keys))},
        "defaultConfiguration": {"layer": None},
    }  # fmt: skip
    network = load(oldzip.zipped(tmp_path / "m.zip", value, numbers(11), numbers(11)))
    assert [slot.node.name for slot in network.parameters.slots] == ["d", "d", "out", "out"]
    assert network.params.tolist() == numbers(11).tolist()
    assert network.updater_state.tolist() == [*range(4, 12), 1, 2, 3]


def test_training_goes_on_where_adam_of_0_8_stopped(tmp_path):
    """Two steps at once, and one step, saved as 0.8 would, and another."""
    value = oldzip.chain(
        oldzip.dense(3, 2, **ADAM), oldzip.output(2, 1, **ADAM, activationFn={"Sigmoid": {}}, lossFn={"MSE": {}})
    )
    start = np.linspace(-1, 1, 11, dtype=np.float32)
    x, y = np.array([[1.0, 2.0, -1.0], [0.5, -1.0, 2.0]]), np.array([[1.0], [0.0]])
    whole = load(oldzip.zipped(tmp_path / "a.zip", value, start))
    whole.fit(x, y)
    m, v = whole.updater_state[:11], whole.updater_state[11:]
    ends = [0, 6, 8, 10, 11]
    parts = [part[a:b] for a, b in pairwise(ends) for part in (m, v)]
    state, params = np.concatenate(parts), whole.params.copy()
    value["iterationCount"] = 1
    again = load(oldzip.zipped(tmp_path / "b.zip", value, params, state))
    assert again.fit(x, y) == whole.fit(x, y)
    assert np.array_equal(again.params, whole.params)


def test_0_5_0_kept_no_running_statistics(tmp_path):
    value = oldzip.chain(oldzip.conf("batchNormalization", ("gamma", "beta"), nin=3, nout=3), oldzip.output(3, 1))
    path = oldzip.zipped(tmp_path / "m.zip", value, numbers(10))
    with pytest.warns(LegacyWarning) as caught:
        network = load(path)
    assert network.params.tolist() == [1, 2, 3, 4, 5, 6, 0, 0, 0, 1, 1, 1, 7, 8, 9, 10]
    assert str(caught[0].message) == (
        f"{path}: DL4J 0.5.0 kept no running statistics of batch normalization; mean 0 and variance 1 are taken"
    )


def test_later_batch_normalization_keeps_them(tmp_path):
    names = ("gamma", "beta", "mean", "var")
    value = oldzip.chain(oldzip.conf("batchNormalization", names, nin=3, nout=3), oldzip.output(3, 1))
    network = load(oldzip.zipped(tmp_path / "m.zip", value, numbers(16)))
    assert network.params.tolist() == numbers(16).tolist()
    x = np.ones((1, 3))
    found = network.activations(x)["layer0"]
    gamma, beta, mean, var = numbers(12).reshape(4, 3)
    assert found[0] == pytest.approx(gamma * (1 - mean) / np.sqrt(var + 1e-5) + beta, abs=1e-5)


def test_weights_of_a_1d_convolution_are_turned(tmp_path):
    """Before beta4 they were those of a 2D convolution: ``y[o, t] = b[o] + sum x[i, t + k] W[o, i, k]``."""
    sizes = {"nin": 2, "nout": 3, "kernelSize": [2, 1], "stride": [1, 1], "padding": [0, 0]}
    last = oldzip.conf("rnnoutput", nin=3, nout=1, activationFn={"Identity": {}}, lossFn={"MSE": {}})
    value = oldzip.chain(oldzip.conf("convolution1d", activationFn={"Identity": {}}, **sizes), last)
    params = np.random.default_rng(0).normal(size=15 + 4).astype(np.float32)
    network = load(oldzip.zipped(tmp_path / "m.zip", value, params))
    b, W = params[:3], params[3:15].reshape(3, 2, 2).astype(np.float64)
    x = np.random.default_rng(1).normal(size=(4, 2, 5))
    wanted = sum(np.einsum("oi,nit->not", W[:, :, k], x[:, :, k : k + 4]) for k in range(2)) + b[:, None]
    assert network.activations(x)["layer0"] == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize(("params", "state", "message"), [
    (10, None, "coefficients.bin holds 10 values, the network has 11"),
    (11, 21, "updaterState.bin holds 21 values, the network has 22"),
])  # fmt: skip
def test_vectors_of_another_network_are_refused(tmp_path, params, state, message):
    value = oldzip.chain(oldzip.dense(3, 2, **ADAM), oldzip.output(2, 1, **ADAM))
    path = oldzip.zipped(tmp_path / "m.zip", value, numbers(params), None if state is None else numbers(state))
    with pytest.raises(ModelFileError) as error:
        load(path)
    assert str(error.value) == f"{path}:{message}"
