"""Networks that real DL4J 1.0.0-M2.1 ran, replayed: outputs, score, gradient, twelve training steps, JSON."""

import json
import zipfile

import numpy as np
import pytest
from replay import CASES, names, replay

from dl4py.formats.dl4j.arrays import read_array, write_array
from dl4py.formats.dl4j.configuration import write_configuration
from dl4py.formats.dl4j.model import load
from dl4py.formats.dl4j.text import parse_json, print_json

TRAINED = {"params_epoch1", "params_end", "state_end", "scores"}


@pytest.mark.parametrize("case", names())
def test_replay_agrees_with_dl4j(case):
    for what, error in replay(case).items():
        assert error <= (1e-4 if what in TRAINED else 1e-5), what


@pytest.mark.parametrize("case", names())
def test_configuration_is_written_as_dl4j_wrote_it(case):
    for path in sorted((CASES / case).glob("*.zip")):
        theirs = json.loads(zipfile.ZipFile(path).read("configuration.json"))
        network = load(path)
        ours = write_configuration(network.graph, network.iteration, network.epoch)
        assert json.loads(print_json(ours)) == theirs


@pytest.mark.parametrize("case", names()[::9])
def test_text_and_arrays_are_printed_byte_for_byte(case):
    with zipfile.ZipFile(CASES / case / "model.zip") as archive:
        text = archive.read("configuration.json")
        assert print_json(parse_json(text, "configuration.json")).encode() == text
        for name in set(archive.namelist()) - {"configuration.json"}:
            data = archive.read(name)
            assert write_array(read_array(data)) == data


def test_a_saved_network_loads_the_same(tmp_path):
    for case in names()[::11]:
        network = load(CASES / case / "trained.zip") if (CASES / case / "trained.zip").exists() else None
        if network is None:
            continue
        network.save(tmp_path / "again.zip")
        again = load(tmp_path / "again.zip")
        assert np.array_equal(again.params, network.params)
        assert np.array_equal(again.updater_state, network.updater_state)
        assert (again.iteration, again.epoch) == (network.iteration, network.epoch)
        assert again.config.compatibility == "dl4j"
