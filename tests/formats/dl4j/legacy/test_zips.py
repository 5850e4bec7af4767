"""Zips that DL4J 0.5.0, 0.7.1, 0.8.0, 1.0.0-beta2 and beta4 wrote: loaded, run, trained."""

import json
import struct
from pathlib import Path

import numpy as np
import oldzip
import pytest

from dl4py.errors import ShapeError, UnsupportedFeature
from dl4py.formats.dl4j.configuration import read_configuration
from dl4py.formats.dl4j.legacy.era import LegacyWarning
from dl4py.formats.dl4j.model import load
from dl4py.network.graph import build
from dl4py.network.parameters import lay_out

FILES = Path(__file__).parents[3] / "golden" / "legacy"
PREDICTED = sorted(path.name[: -len(".io.npz")] for path in FILES.glob("*.io.npz"))


def close(found, wanted, tolerance=1e-5):
    return np.abs(found - wanted).max() <= tolerance * max(1.0, np.abs(wanted).max())


@pytest.mark.parametrize("name", [name for name in PREDICTED if name != "050-cnn_1"])
def test_it_predicts_what_is_recorded(name):
    record = np.load(FILES / f"{name}.io.npz")
    network = load(FILES / f"{name}.zip")
    assert close(network.output(record["x0"]), record["y0"])


def test_a_convolution_of_0_5_0_is_flattened_without_being_told():
    record = np.load(FILES / "050-cnn_1.io.npz")
    network = load(FILES / "050-cnn_1.zip")
    found = network.activations(record["x0"])
    assert close(found["layer0"], record["conv_activations"])
    W, b = (network.parameter(slot) for slot in network.parameters.slots[2:])
    rows = found["layer1"].reshape(2, -1).astype(np.float64)
    assert close(rows @ W + b, record["y0_preactivation"])
    assert network.output(record["x0"]).tolist() == [[1.0] * 5] * 2


@pytest.mark.parametrize("name", sorted(path.stem for path in FILES.glob("0*.zip")))
def test_parameters_and_state_lie_where_dl4j_put_them(name):
    network = load(FILES / f"{name}.zip")
    count = network.params.size
    assert network.params.tolist() == list(range(1, count + 1))
    assert network.updater_state.tolist() == list(range(1, count + 1))
    assert network.config.era == "beta2"


def test_a_pool_that_does_not_fit_its_output_is_explained():
    network = load(FILES / "080-cnn_1.zip")
    with pytest.raises(ShapeError) as error:
        network.output(np.zeros((2, 3, 28, 28)))
    assert error.value.render() == (
        "layer `layer2` has n_in 2028, but its input has 2352 columns\n   = hint: write `n_in: 2352`, or leave it out"
    )


def test_moon_of_beta2_trains_on_as_real_dl4j_did():
    run = np.load(FILES / "100b2-moon.run.npz")
    network = load(FILES / "100b2-moon.zip")
    assert network.config.era == "beta2"
    assert close(network.output(run["x0"]), run["y0"], 1e-6)
    assert close(network.gradient(run["grad_x"], np.eye(2)[run["grad_y"].astype(int)]), run["grad"].ravel(), 1e-6)
    x, y = run["x"], np.eye(2)[run["y"]]
    scores = [network.fit(x[i : i + 32], y[i : i + 32]) for i in range(0, len(x), 32)]
    assert close(np.array(scores), run["scores"], 1e-6)
    assert close(network.params, run["params"].ravel(), 1e-6)


def test_moon_saved_and_loaded_again_keeps_its_era(tmp_path):
    network = load(FILES / "100b2-moon.zip")
    network.save(tmp_path / "m.zip")
    again = load(tmp_path / "m.zip")
    assert again.config.but(inputs=()) == network.config.but(inputs=())
    assert (again.config.era, again.config.compatibility) == ("beta2", "dl4j")


def test_a_configuration_without_weights():
    value = json.loads((FILES / "100b2-lenet.json").read_text())
    config = read_configuration(value, "lenet")
    assert [layer.type for layer in config.layers] == [
        "convolution", "subsampling", "convolution", "subsampling", "dense", "output",
    ]  # fmt: skip
    assert lay_out(build(config)).size == 431080  # 520 + 25050 + 400500 + 5010


@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
@pytest.mark.parametrize("mode", ["JAVACPP", "LONG_SHAPE"])
def test_half_single_and_double_numbers(tmp_path, kind, mode):
    import zipfile

    params = np.arange(1, 12).astype(kind) / 8
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as file:
        file.writestr("configuration.json", json.dumps(oldzip.chain(oldzip.dense(3, 2), oldzip.output(2, 1))))
        file.writestr("coefficients.bin", oldzip.stream(params, mode))
    network = load(tmp_path / "m.zip")
    assert network.params.dtype == ("float64" if kind == "f8" else "float32")
    assert network.params.tolist() == params.tolist()


def test_a_java_updater_is_passed_over_and_said(tmp_path):
    value = oldzip.chain(oldzip.dense(3, 2, updater="ADAM"), oldzip.output(2, 1, updater="ADAM"))
    path = oldzip.zipped(tmp_path / "m.zip", value, np.ones(11, np.float32), updater=b"\xac\xed\0\5anything")
    with pytest.warns(LegacyWarning) as caught:
        network = load(path)
    assert str(caught[0].message) == (
        f"{path}: `updater.bin` is a serialized Java object, which is never loaded; training goes on with fresh updater "
        "state, or load and save the model once with DL4J 0.5 to 0.9.1"
    )
    assert network.updater_state.tolist() == [0.0] * 22


def test_a_java_normalizer_is_refused(tmp_path):
    value = oldzip.chain(oldzip.dense(3, 2), oldzip.output(2, 1))
    path = oldzip.zipped(tmp_path / "m.zip", value, np.ones(11, np.float32), normalizer=b"\xac\xed\0\5anything")
    with pytest.raises(UnsupportedFeature) as error:
        load(path)
    assert error.value.render() == (
        f"{path}:normalizer.bin is a serialized Java object, which is never loaded\n"
        "   = hint: write it again with DL4J 0.8 or later, or fit a normalizer anew"
    )


def test_a_normalizer_of_0_8(tmp_path):
    value = oldzip.chain(oldzip.dense(3, 2), oldzip.output(2, 1))
    mean, std = np.array([1, 2, 3], np.float32), np.array([2, 4, 8], np.float32)
    words = b"".join(struct.pack(">H", len(w)) + w for w in (b"NORMALIZER", b"STANDARDIZE"))
    data = words[:12] + struct.pack(">i", 1) + words[12:] + b"\0" + oldzip.stream(mean) + oldzip.stream(std)
    network = load(oldzip.zipped(tmp_path / "m.zip", value, np.ones(11, np.float32), normalizer=data))
    assert network.normalizer.apply(np.array([[3.0, 2.0, 11.0]])).tolist() == [[1.0, 0.0, 1.0]]


@pytest.mark.parametrize("version", ["071", "080"])
def test_recurrent_layers_as_a_chain_and_as_a_graph_answer_the_same(version):
    x = np.random.default_rng(3).normal(size=(2, 3, 5)) * 1e-3
    chain, graph = load(FILES / f"{version}-lstm_1.zip"), load(FILES / f"{version}-cg_lstm_1.zip")
    first = np.linspace(-1, 1, 477)  # the recorded parameters, 1 to 477, saturate every gate
    for network in (chain, graph):
        network.params[:] = first
    y = chain.output(x)
    assert y.shape == (2, 5, 5)
    assert y.sum(axis=1) == pytest.approx(np.ones((2, 5)), abs=1e-6)
    assert np.array_equal(y, graph.output(x))
    summary = [(layer.type, layer.n_in, layer.n_out, layer.activation.type) for layer in chain.config.layers]
    assert summary == [
        ("graves_lstm", 3, 4, "tanh"), ("graves_bidirectional_lstm", 4, 4, "softsign"), ("rnn_output", 4, 5, "softmax"),
    ]  # fmt: skip
