"""Which DL4J wrote a configuration."""

import copy
import json
import zipfile
from pathlib import Path

import oldzip
import pytest

from dl4py.formats.dl4j.legacy.era import Era, confs_of, era_of

GOLDEN = Path(__file__).parents[3] / "golden"
FOUND = {
    "legacy/050-mlp_1": Era("0.x", "beta2", True, True),
    "legacy/050-cnn_1": Era("0.x", "beta2", True, True),
    "legacy/071-cg_lstm_1": Era("0.x", "beta2", True, False),
    "legacy/080-lstm_1": Era("0.x", "beta2", True, False),
    "legacy/100b2-moon": Era("beta2", "beta2"),
    "legacy/100b4-synthetic_cnn": Era("current"),
    "dl4j/dense-sgd/model": Era("current"),
}


def configuration(name):
    return json.loads(zipfile.ZipFile(GOLDEN / f"{name}.zip").read("configuration.json"))


@pytest.mark.parametrize("name", FOUND)
def test_real_files(name):
    assert era_of(configuration(name)) == FOUND[name]


def test_0_9_is_told_by_its_workspaces():
    value = oldzip.chain(oldzip.dense(3, 2), trainingWorkspaceMode="NONE", inferenceWorkspaceMode="SEPARATE")
    assert era_of(value) == Era("0.x", "beta2", False, False)
    assert era_of(value).wrapped


def test_alpha_is_told_by_updater_objects():
    value = oldzip.chain(oldzip.dense(3, 2, iupdater={"@class": "org.nd4j.linalg.learning.config.Sgd"}))
    assert era_of(value) == Era("alpha", "beta2")


@pytest.mark.parametrize(("flags", "steps"), [([False, False], "beta3"), ([False, True], "beta3_scaled")])
def test_beta3_is_told_by_its_flag(flags, steps):
    value = copy.deepcopy(configuration("legacy/100b2-moon"))
    for conf, flag in zip(confs_of(value), flags, strict=True):
        conf["layer"]["legacyBatchScaledL2"] = flag
    assert era_of(value) == Era("beta3", steps)


@pytest.mark.parametrize("value", [{}, {"confs": 5}, {"confs": [None, {"layer": 3}]}, {"vertices": {"a": 1}}])
def test_what_is_no_network_is_left_to_the_reader(value):
    assert era_of(value) == Era("current")
