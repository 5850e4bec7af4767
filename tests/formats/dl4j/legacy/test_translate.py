"""Whole configurations of old DL4J."""

import json
import zipfile
from pathlib import Path

import oldzip
import pytest

from dl4py.errors import ModelFileError, UnsupportedFeature
from dl4py.formats.dl4j.configuration import read_configuration
from dl4py.formats.dl4j.legacy.era import LegacyWarning, era_of
from dl4py.formats.dl4j.legacy.translate import translate

GOLDEN = Path(__file__).parents[3] / "golden"


def test_todays_configurations_stay_as_they_are():
    value = json.loads(zipfile.ZipFile(GOLDEN / "dl4j" / "dense-sgd" / "model.zip").read("configuration.json"))
    assert translate(value, era_of(value), "a") is value


def test_a_chain_keeps_its_counters_and_preprocessors():
    shape = {"inputHeight": 2, "inputWidth": 3, "numChannels": 1}
    top = {
        "iterationCount": 7,
        "inputPreProcessors": {"0": {"cnnToFeedForward": shape}},
        "backpropType": "TruncatedBPTT",
    }
    config = read_configuration(oldzip.chain(oldzip.dense(6, 2), oldzip.output(2, 2), **top), "a")
    assert (config.iteration_count, config.backprop_type, config.seed) == (7, "truncated_bptt", 12345)
    assert (config.compatibility, config.era) == ("dl4j", "beta2")
    assert config.layers[0].preprocessor.type == "cnn_to_feed_forward"
    assert [layer.name for layer in config.layers] == ["layer0", "layer1"]


def test_a_graph_with_vertices():
    conf = oldzip.conf("dense", nin=3, nout=4)
    out = oldzip.output(8, 2)
    value = {
        "networkInputs": ["a"],
        "networkOutputs": ["out"],
        "vertexInputs": {"d": ["a"], "e": ["a"], "m": ["d", "e"], "s": ["m"], "out": ["s"]},
        "vertices": {
            "d": {"LayerVertex": {"layerConf": conf, "preProcessor": None, "outputVertex": False}},
            "e": {"LayerVertex": {"layerConf": conf, "preProcessor": None, "outputVertex": False}},
            "m": {"MergeVertex": {}},
            "s": {"ScaleVertex": {"scaleFactor": 0.5}},
            "out": {"LayerVertex": {"layerConf": out, "preProcessor": None, "outputVertex": True}},
        },
        "defaultConfiguration": {"seed": 3, "layer": None, "miniBatch": False},
    }
    config = read_configuration(value, "a")
    assert [vertex.type for vertex in config.vertices] == ["dense", "dense", "merge", "scale", "output"]
    assert [vertex.name for vertex in config.vertices] == ["d", "e", "m", "s", "out"]
    assert (config.seed, config.mini_batch, config.vertices[3].scale_factor) == (3, False, 0.5)


def test_old_batch_normalization_keeps_the_variance():
    value = oldzip.chain(oldzip.conf("batchNormalization", ("gamma", "beta", "mean", "var"), nin=3, nout=3))
    for names in (["gamma", "beta", "mean", "var"], ["gamma", "beta"]):
        value["confs"][0]["variables"] = names
        assert read_configuration(value, "a").layers[0].use_log_std is False


def test_several_steps_of_each_batch_are_said():
    with pytest.warns(LegacyWarning) as caught:
        read_configuration(oldzip.chain(oldzip.dense(3, 2, {"numIterations": 5})), "a")
    assert str(caught[0].message) == (
        "a: DL4J 0.x made 5 steps of each batch (`numIterations`); here each `fit` is one step"
    )


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (oldzip.chain(oldzip.dense(3, 2), 5), ModelFileError, "a:confs[1]: expected an object, found 5"),
        (oldzip.chain(oldzip.conf("gru", nin=3, nout=2)), UnsupportedFeature,
         "a:confs[0]: the GRU layer was taken out of DL4J after 0.5, and is not read"),
        (oldzip.chain(oldzip.dense(3, 2), inputPreProcessors={"0": {"zeroMean": {}}}), UnsupportedFeature,
         "a:inputPreProcessors.0: the preprocessor `zeroMean` of an old DL4J is not known here"),
        ({"networkInputs": ["a"], "vertices": {"v": {"LayerVertex": {"layerConf": oldzip.dense(3, 2)}}, "w": {"Odd": {}}}},
         UnsupportedFeature, "a:vertices.w: the graph vertex `Odd` of an old DL4J is not known here"),
        ({"networkInputs": ["a"], "vertices": {"v": {"LayerVertex": {"layerConf": oldzip.dense(3, 2)}}, "w": 5}},
         ModelFileError, "a:vertices.w: expected a vertex, found 5"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_its_place(value, kind, message):
    with pytest.raises(kind) as error:
        read_configuration(value, "a")
    assert str(error.value) == message


def test_keys_that_a_later_beta_brought_mean_what_held_before():
    pool = {
        "@class": "org.deeplearning4j.nn.conf.layers.SubsamplingLayer",
        "convolutionMode": "Truncate",
        "poolingType": "AVG",
    }
    value = {"dataType": "FLOAT", "confs": [{"layer": pool, "variables": []}]}
    found = translate(value, era_of(value), "a")
    assert found["confs"][0]["layer"]["avgPoolIncludePadInDivisor"] is True
    assert "avgPoolIncludePadInDivisor" not in pool


def test_what_m2_1_makes_of_a_0_x_zip_says_less_than_it_should():
    dense = {
        "@class": "org.deeplearning4j.nn.conf.layers.DenseLayer", "gainInit": "NaN", "iupdater": None, "nin": 3, "nout": 4,
        "regularization": None, "regularizationBias": None, "weightInitFn": None,
    }  # fmt: skip
    frozen = {"@class": "org.deeplearning4j.nn.conf.layers.misc.FrozenLayer", "layer": dense, "layerName": "x"}
    pool = {"@class": "org.deeplearning4j.nn.conf.layers.SubsamplingLayer", "eps": 0.0}
    value = {"dataType": "FLOAT", "confs": [{"layer": layer, "variables": []} for layer in (frozen, pool)]}
    config = read_configuration(value, "a")
    assert (config.layers[0].layer.gain_init, config.layers[0].layer.regularization) == (1.0, ())
    assert config.layers[1].eps == 1e-8
    assert dense["weightInitFn"] is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"networkInputs": [1]}, "a: `networkInputs` must hold names, found 1"),
        ({"vertexInputs": 5}, "a: `vertexInputs` must be an object, found int"),
        ({"vertexInputs": {"v": [None]}}, "a:vertexInputs: `v` must hold names, found None"),
        ({"vertices": []}, "a: `vertices` must be an object, found list"),
        ({"defaultConfiguration": "x"}, "a: `defaultConfiguration` must be an object, found str"),
    ],
)
def test_graphs_that_are_no_graphs(change, message):
    vertices = {"v": {"LayerVertex": {"layerConf": oldzip.output(3, 2)}}}
    value = {"networkInputs": ["a"], "networkOutputs": ["v"], "vertexInputs": {"v": ["a"]}, "vertices": vertices}
    read_configuration(value, "a")
    with pytest.raises(ModelFileError) as error:
        read_configuration(value | change, "a")
    assert str(error.value) == message


def test_preprocessors_of_a_chain_stand_in_an_object():
    with pytest.raises(ModelFileError) as error:
        read_configuration(oldzip.chain(oldzip.dense(3, 2), inputPreProcessors=[1]), "a")
    assert str(error.value) == "a: `inputPreProcessors` must be an object, found list"
