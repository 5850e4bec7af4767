import json
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

import dl4py
from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.importers.base import IMPORTERS, TrainsOtherwise

FILES = Path(__file__).parent / "files"
MODELS = sorted(p for p in FILES.iterdir() if p.suffix in (".h5", ".keras") and p.name.startswith("k"))


@pytest.mark.filterwarnings("ignore::dl4py.formats.importers.base.TrainsOtherwise")  # RMSprop's epsilon
@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.name)
def test_outputs_are_those_of_keras(path, tmp_path):
    network = dl4py.load(path)
    recorded = np.load(
        path.with_suffix("").with_suffix(".io.npz") if path.suffix == ".npz" else FILES / f"{path.stem}.io.npz"
    )
    assert np.abs(network.output(recorded["x0"]) - recorded["y0"]).max() < 1e-5
    network.save(tmp_path / "m.zip")
    assert np.array_equal(dl4py.load(tmp_path / "m.zip").output(recorded["x0"]), network.output(recorded["x0"]))


@pytest.mark.filterwarnings("ignore::dl4py.formats.importers.base.TrainsOtherwise")
@pytest.mark.parametrize("path", [p for p in MODELS if "mlp" in p.name], ids=lambda p: p.name)
def test_training_goes_on(path):
    network = dl4py.load(path)
    x = np.load(FILES / f"{path.stem}.io.npz")["x0"]
    y = network.output(x)
    y = np.eye(y.shape[1], dtype="f")[(y.argmax(axis=1) + 1) % y.shape[1]] if y.shape[1] > 1 else 1 - np.round(y)
    if type(network.graph.nodes[-1].thing.loss).__name__ == "SparseMultiClassCrossEntropy":
        y = y.argmax(axis=1, keepdims=True)
    scores = [network.fit(x, y) for _ in range(60)]
    assert scores[-1] < scores[0]


BAD = {
    "custom_layer.h5": "the Keras layer myproject>GatedTanh (`gated_tanh`) is not imported yet",
    "lambda_layer.h5": "the Keras layer Lambda (`lambda`) is not imported yet",
    "not_keras.h5": "not_keras.h5 holds weights without a model",
    "truncated.h5": "truncated.h5 is no HDF5 file",
    "weights_only.weights.h5": "weights_only.weights.h5 holds weights without a model",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_by_name(name):
    with pytest.raises(ModelFileError) as error:
        dl4py.load(FILES / name)
    assert BAD[name] in str(error.value)
    assert error.value.status == 4


def test_a_training_configuration_can_be_demanded():
    bare = [p for p in MODELS if p.name.startswith("k3") and "mlp_basic" in p.name]
    for path in bare:
        importer = IMPORTERS.make("keras", enforce_training_config=True)
        try:
            importer.read(path)
        except ModelFileError as error:
            assert str(error) == f"{path} holds no loss and no optimizer"


def edited(tmp_path, change):
    """The small trained model with another `config.json`."""
    source = Path(__file__).parents[1] / "keras" / "trained" / "sgd_piecewise.keras"
    path = tmp_path / "edited.keras"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for entry in old.namelist():
            text = old.read(entry)
            if entry == "config.json":
                config = json.loads(text)
                change(config)
                text = json.dumps(config).encode()
            new.writestr(entry, text)
    return path


def freeze(*layers):
    def change(config):
        for i in layers:
            config["config"]["layers"][i]["config"]["trainable"] = False

    return change


def test_a_frozen_layer_keeps_its_weights(tmp_path):
    network = dl4py.load(edited(tmp_path, freeze(1)))
    assert network.graph.nodes[0].thing.type == "frozen"
    x, y = np.ones((2, 4), "f"), np.eye(3, dtype="f")[:2]
    slots = network.parameters.slots
    before = [network.parameter(slot).copy() for slot in slots]
    network.fit(x, y)
    moved = [not np.array_equal(a, network.parameter(slot)) for a, slot in zip(before, slots, strict=True)]
    assert moved == [False, False, True, True]


def test_a_frozen_last_layer_is_said(tmp_path):
    path = edited(tmp_path, freeze(2))
    with pytest.warns(TrainsOtherwise) as seen:
        dl4py.load(path)
    assert [str(w.message) for w in seen] == [
        f"{path}: training goes on, but not in step: the last layer, `dense_15`, is not trained in Keras; "
        "DL4J trains it"
    ]


def test_penalties_without_equal_are_said(tmp_path):
    def change(config):
        about = config["config"]["layers"][1]["config"]
        about["activity_regularizer"] = {"class_name": "L1", "config": {"l1": 0.1}}

    path = edited(tmp_path, change)
    with pytest.warns(TrainsOtherwise) as seen:
        dl4py.load(path)
    assert [str(w.message) for w in seen] == [
        f"{path}: training goes on, but not in step: `dense_14` has the activity regularizer L1, DL4J has no equal"
    ]


def test_keras_1_is_refused(tmp_path):
    path = tmp_path / "one.h5"
    path.write_bytes((FILES / "k2-mlp_basic.h5").read_bytes())
    with h5py.File(path, "a") as file:
        file.attrs["keras_version"] = "1.2.2"
    with pytest.raises(UnsupportedFeature) as error:
        dl4py.load(path)
    assert error.value.render() == (f"{path} was written by Keras 1\n   = hint: load it with Keras 2 and save it again")


def test_a_file_that_was_changed_is_refused(tmp_path):
    def change(config):
        del config["config"]["layers"][1]["config"]["units"]

    path = edited(tmp_path, change)
    with pytest.raises(ModelFileError) as error:
        dl4py.load(path)
    assert error.value.render() == (
        f"{path} is not what Keras writes: KeyError: 'units'\n   = hint: Keras 2 and 3 are read; was the file changed?"
    )


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "text.h5"
    path.write_text("no model")
    with pytest.raises(ModelFileError) as error:
        dl4py.load(path)
    assert error.value.render() == (
        f"{path} is no HDF5 file: Unable to synchronously open file (file signature not found)\n"
        "   = hint: Keras writes HDF5 files and .keras zips; is this one, and is it whole?"
    )
