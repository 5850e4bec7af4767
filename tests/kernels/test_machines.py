"""Machine code for other processors: shorter vectors, fewer registers, no fused multiply-add; the numbers are right.

Each processor is a process with an environment of its own (`NUMBA_CPU_NAME`); all of them share one cache folder.
The truth is a training in double, written here with NumPy alone.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.contract import generator

ROOT = Path(__file__).parents[2]
HASWELL = "+sse,+sse2,+sse3,+ssse3,+sse4.1,+sse4.2,+popcnt,+avx,+avx2,+fma,+f16c,+bmi,+bmi2,+lzcnt,+movbe"
MACHINES = {
    "haswell": (HASWELL, 32),
    "nehalem": ("+sse,+sse2,+sse3,+ssse3,+sse4.1,+sse4.2,+popcnt", 16),
    "generic": ("", 16),
}
STEPS, RATE = 12, 0.1


def flags():
    """What this machine's processor can do."""
    info = Path("/proc/cpuinfo")
    return set(info.read_text().split()) if info.exists() else set()


def softmax_gradient(z, y):
    """``softmax(z) - y`` by the number of examples."""
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return (p / p.sum(axis=1, keepdims=True) - y) / len(y)


def iris(network):
    """4-5-3, tanh: the largest difference from the truth of parameters after some steps."""
    data = np.loadtxt(ROOT / "specs" / "data" / "iris.csv", delimiter=",", usecols=range(4), max_rows=150)
    x, y = data[:, :4] - data[:, :4].mean(axis=0), np.eye(3)[np.arange(150) // 50]
    w1, b1, w2, b2 = (network.parameter(slot).astype("d") for slot in slots(network))
    for _ in range(STEPS):
        network.fit(x.astype("f"), y.astype("f"))
        h = np.tanh(x @ w1 + b1)
        dz = softmax_gradient(h @ w2 + b2, y)
        dh = dz @ w2.T * (1.0 - h * h)
        w2, b2 = w2 - RATE * h.T @ dz, b2 - RATE * dz.sum(axis=0)
        w1, b1 = w1 - RATE * x.T @ dh, b1 - RATE * dh.sum(axis=0)
    return differs(network, [w1, b1, w2, b2])


def images(network):
    """Convolution 3 x 3 of 3 to 8 channels with tanh, then the output layer, likewise."""
    g = generator(4)
    x, y = g.normal(size=(6, 3, 9, 8)), np.eye(5)[np.arange(6) % 5]
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (2, 3))  # [n, c, height, width, 3, 3]
    w1, b1, w2, b2 = (network.parameter(slot).astype("d") for slot in slots(network))
    for _ in range(STEPS):
        network.fit(x.astype("f"), y.astype("f"))
        h = np.tanh(np.einsum("nchwij,ocij->nohw", windows, w1) + b1.reshape(1, -1, 1, 1))
        flat = h.reshape(len(x), -1)
        dz = softmax_gradient(flat @ w2 + b2, y)
        dh = (dz @ w2.T).reshape(h.shape) * (1.0 - h * h)
        w2, b2 = w2 - RATE * flat.T @ dz, b2 - RATE * dz.sum(axis=0)
        w1, b1 = w1 - RATE * np.einsum("nchwij,nohw->ocij", windows, dh), b1 - RATE * dh.sum(axis=(0, 2, 3))
    return differs(network, [w1, b1, w2, b2])


def slots(network):
    """Weights and bias of the first layer, then of the second."""
    return sorted(network.parameters.slots, key=lambda slot: (slot.node.name, slot.param.name != "W"))


def differs(network, truth):
    """The largest difference of any parameter."""
    found = (network.parameter(slot) for slot in slots(network))
    return max(float(np.abs(a - b).max()) for a, b in zip(found, truth, strict=True))


def child():
    """What a process prints: differences, and bytes of its vectors."""
    from dl4py import Network, NetworkConfig
    from dl4py.kernels.processor import BYTES

    keys = {"defaults": {"activation": "tanh", "updater": {"type": "sgd", "learning_rate": RATE}}}
    rows = {"input": 4, "layers": [{"type": "dense", "n_out": 5}, {"type": "output", "n_out": 3}]}
    shape = {"type": "convolutional", "channels": 3, "height": 9, "width": 8}
    layers = [{"type": "convolution", "n_out": 8, "kernel_size": 3}, {"type": "output", "n_out": 5}]
    networks = [
        Network(NetworkConfig.model_validate(keys | spec)) for spec in (rows, {"input": shape, "layers": layers})
    ]
    print(json.dumps({"iris": iris(networks[0]), "images": images(networks[1]), "bytes": BYTES}))


def on(name, cache):
    """What the child finds on a processor, and how many pieces of machine code the cache has then."""
    environment = {
        **os.environ,
        "NUMBA_CPU_NAME": name,
        "NUMBA_CPU_FEATURES": MACHINES[name][0],
        "DL4PY_CACHE": str(cache),
    }
    command = [sys.executable, "-W", "error", "-c", "from tests.kernels.test_machines import child; child()"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), len(list(cache.rglob("*.code")))


@pytest.mark.slow
@pytest.mark.skipif(not {"avx2", "fma"} <= flags(), reason="the processor has no AVX2")
def test_other_machines(tmp_path):
    kept = []
    for name in (*MACHINES, "haswell"):
        found, pieces = on(name, tmp_path)
        assert found["bytes"] == MACHINES[name][1]
        assert found["iris"] < 1e-5
        assert found["images"] < 1e-5
        kept.append(pieces)
    assert kept[0] < kept[1] < kept[2]  # no processor takes the code of another
    assert kept[3] == kept[2]  # each finds its own again


def test_this_machine():
    """The truth holds here, too: what the others are compared with."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "from tests.kernels.test_machines import child; child()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert max(found["iris"], found["images"]) < 1e-5
