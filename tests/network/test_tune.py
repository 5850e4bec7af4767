"""Tuning: only layers that have several ways are compared, and only what is clearly faster is named."""

import json

from click.testing import CliRunner

from dl4py import Network, NetworkConfig
from dl4py.cli.main import cli
from dl4py.network.tune import Tuning, tune
from dl4py.plan import threads

SPEC = {
    "input": {"type": "convolutional", "channels": 32, "height": 12, "width": 12},
    "layers": [
        {"name": "wide", "type": "convolution", "n_out": 32, "kernel_size": 3, "convolution_mode": "same"},
        {"name": "narrow", "type": "convolution", "n_out": 5, "kernel_size": 5},
        {"name": "out", "type": "output", "n_out": 3},
    ],
}


def test_what_has_several_ways():
    config = NetworkConfig.model_validate(SPEC)
    before = Network(config).params.copy()
    with threads.limited(2):
        found = tune(config, 4, "output", rounds=2)
        assert threads.count() == 2
    assert list(found.layers) == ["wide"]
    assert set(found.layers["wide"]) == {"prefer_fastest", "no_workspace"}
    assert list(found.threads) == [1, 2]
    assert (Network(config).params == before).all()


def test_what_is_named():
    layers = {
        "a": {"prefer_fastest": 2e-3, "no_workspace": 1e-3},
        "b": {"prefer_fastest": 1e-3, "no_workspace": 0.97e-3},
        "c": {"prefer_fastest": 1e-3, "no_workspace": 2e-3},
    }
    found = Tuning(layers, {1: 4e-3, 2: 5e-3})
    assert found.text().splitlines() == [
        "threads  ms",
        "1        4.000",
        "2        5.000",
        "",
        "layer  prefer_fastest, ms  no_workspace, ms",
        "a      2.000               1.000",
        "b      1.000               0.970",
        "c      1.000               2.000",
        "",
        "what is clearly faster here than the defaults:",
        "  a: {cudnn_algo_mode: no_workspace}",
        "  --threads 1",
    ]
    assert Tuning({}, {1: 5e-3, 2: 4.9e-3}).text().splitlines()[-1] == "  nothing"


def test_the_keys_can_be_written_as_they_are_printed():
    found = Tuning({"wide": {"prefer_fastest": 2e-3, "no_workspace": 1e-3}}, {1: 1e-3}).as_dict()
    spec = SPEC | {"layers": [{**SPEC["layers"][0], **found["changes"]["wide"]}, *SPEC["layers"][1:]]}
    kernels = [call.kernel.name for call in Network(NetworkConfig.model_validate(spec)).plan(4, "output").calls]
    assert not [name for name in kernels if name.startswith("winograd")]


def test_command(tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps({"network": {"input": 4, "layers": [{"type": "output", "n_out": 3}]}}))
    done = CliRunner().invoke(cli, ["bench", str(spec), "--tune", "--json", "--rounds", "1"])
    assert json.loads(done.stdout)["layers"] == {}
    alone = CliRunner().invoke(cli, ["bench", "--tune"])
    assert alone.exit_code == 2
    assert "Error: --tune looks at a network: give a SPEC or a MODEL.\n" in alone.output
