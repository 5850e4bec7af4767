"""Profiles: operations are counted as by hand, parameters stay as they were."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from dl4py import Network, NetworkConfig
from dl4py.cli.main import cli
from dl4py.network.bench import bench

DENSE = {"input": 20, "layers": [{"type": "dense", "n_out": 30}, {"type": "output", "n_out": 5}]}
IMAGES = {
    "input": {"type": "convolutional", "channels": 3, "height": 9, "width": 8},
    "layers": [{"type": "convolution", "n_out": 4, "kernel_size": 3}, {"type": "output", "n_out": 5}],
}
STEPS = {
    "input": {"type": "recurrent", "size": 6},
    "layers": [{"type": "lstm", "n_out": 7, "activation": "tanh"}, {"type": "rnn_output", "n_out": 5}],
}


def multiplications(name, found):
    """Of the calls of one kernel."""
    return sum(m.operations // 2 for m in found.calls if m.call.kernel.name == name)


@pytest.mark.parametrize(
    ("config", "truth"),
    [
        (DENSE, {"affine": 8 * (20 * 30 + 30 * 5), "matmul": 8 * (20 * 30 + 2 * 30 * 5)}),
        (IMAGES, {"windows_times": 8 * 7 * 6 * 9 * 3 * 4, "windows_gradient": 8 * 7 * 6 * 9 * 3 * 4}),
        (STEPS, {"lstm_forward": 8 * 10 * 7 * 28, "lstm_backward": 8 * 10 * 7 * 28}),
    ],
    ids=["dense", "images", "steps"],
)
def test_operations(config, truth):
    network = Network(NetworkConfig.model_validate(config | {"defaults": {"updater": "adam"}}))
    before = network.params.copy(), network.updater_state.copy()
    result = bench(network, 8, time=10, rounds=2)
    assert {name: multiplications(name, result.found) for name in truth} == truth
    assert np.array_equal(network.params, before[0])
    assert np.array_equal(network.updater_state, before[1])
    assert 0 < result.found.best <= result.found.median
    assert all(m.seconds < float("inf") for m in result.found.calls)


def test_command(tmp_path):
    spec = tmp_path / "spec.yaml"
    spec.write_text(f"network: {json.dumps(DENSE)}\n")
    done = CliRunner().invoke(cli, ["bench", str(spec), "--batch", "8", "--rounds", "2"])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0].startswith("step: ")
    assert lines[0].endswith(" examples/s")
    assert [line.split() for line in lines if line.startswith(("phase ", "layer ", "kernel "))] == [
        [by, "calls", "ms", "share", "GFLOP/s", "of", "peak", "MB", "GB/s"] for by in ("phase", "layer", "kernel")
    ]
    assert {line.split()[0] for line in lines[5:] if line} >= {"layer0", "layer1", "update", "matmul", "sgd"}
    found = json.loads(CliRunner().invoke(cli, ["bench", str(spec), "--mode", "output", "--json"]).output)
    assert found["batch"] == 32
    assert found["operations"] == 2 * 32 * (20 * 30 + 30 * 5)
    assert [phase["name"] for phase in found["phase"]] == ["forward"]


def test_phases():
    network = Network(NetworkConfig.model_validate(DENSE | {"defaults": {"updater": "adam"}}))
    found = {
        m.call.kernel.name: m.call.phase for m in bench(network, 8, rounds=1).found.calls if m.call.owner == "update"
    }
    assert found["adam"] == "update"
    phases = [m.call.phase for m in bench(network, 8, rounds=1).found.calls]
    assert phases == sorted(phases, key=["forward", "backward", "update"].index)
    assert phases.count("forward") > 2


def test_the_machine():
    found = json.loads(CliRunner().invoke(cli, ["bench", "--json"]).output)
    assert set(found) == {"products", "copies"}
    assert all(value > 1e8 for value in found.values())
