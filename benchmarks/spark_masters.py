"""What training masters reach: `python benchmarks/spark_masters.py WORD …`, in a folder with MNIST's files and a text.

The folder holds `mnist` (t10k, the 10,000 test images with labels, gzipped idx) and `tinyshakespeare.txt`, or links to
them. Every row is a run of the command `dl4py`; `-v` shows it. Words:

`accuracy`: masters with two workers on `local[2]` beside training alone, the same number of examples each.
`thresholds`: bytes and accuracy by threshold with 2 to 8 workers, beside synchronous SGD with dense gradients.
`staleness`: eight simulated workers that wait for each other or not: steps of 0.5 to 9.5 ms, one worker 20 ms late.
`sandblaster`: L-BFGS alone and on `local[2]`, the largest difference of their parameters.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SPECS = ROOT / "specs"
SGD = {"network.defaults.updater.type": "sgd"}
DENSE = {"type": "parameter_averaging", "averaging_frequency": 1}
SHARING = {"type": "gradient_sharing", "residual_post_processor": "null"}
EARLY = {"threshold_algorithm": "{type: adaptive, initial_threshold: 0.001}"}
AVERAGING = {"type": "parameter_averaging"}
SOFTSYNC = {"type": "gradient_sharing", "mode": "softsync"}

ACCURACY: dict[str, dict[str, dict[str, Any]]] = {
    "mnist_mlp": {
        "averaging": AVERAGING | {"averaging_frequency": 5},
        "sharing": {"type": "gradient_sharing"},
        "softsync": SOFTSYNC | {"batch_size_per_worker": 32},
        "downpour": {"type": "downpour"},
    },
    "char_lstm": {
        "averaging": AVERAGING | {"averaging_frequency": 1, "batch_size_per_worker": 8},
        "sharing": {"type": "gradient_sharing", "batch_size_per_worker": 8},
        "softsync": SOFTSYNC | EARLY | {"batch_size_per_worker": 8, "network.defaults.updater.learning_rate": 0.01},
        "downpour": {"type": "downpour", "batch_size_per_worker": 4, "learning_rate": 0.03, "first_squares": 0.05},
    },
}
"""Keys of masters, and with a point keys of the spec."""
ACCURACY["lenet"] = ACCURACY["mnist_mlp"]


def dl4py(command: str, spec: str, *words: str, **keys: Any) -> dict[str, Any]:
    """The answer of the command to a spec with keys of it changed."""
    keys["data.train.path"] = "tinyshakespeare.txt" if spec == "char_lstm" else "mnist"
    sets = [word for key, value in keys.items() for word in ("--set", f"{key}={value}")]
    line = [command, str(SPECS / f"{spec}.yaml"), *words, *sets, "--json", "-q"]
    if "-v" in sys.argv:
        print("dl4py", shlex.join(line), file=sys.stderr, flush=True)
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    found = subprocess.run([sys.executable, "-m", "dl4py", *line], env=env, stdout=subprocess.PIPE, text=True)
    if found.returncode:
        raise SystemExit(found.returncode)
    return json.loads(found.stdout.splitlines()[-1])


def master(keys: dict[str, Any]) -> dict[str, Any]:
    """Keys of the training master as keys of the spec."""
    return {key if "." in key else f"spark.master.{key}": value for key, value in keys.items()}


def row(*cells: object) -> None:
    """Prints a row of a table."""
    print("|", " | ".join(map(str, cells)), "|", flush=True)


def accuracy() -> None:
    """Prints accuracy, and nats a character, by network and master."""
    row("spec", "master", "accuracy", "loss")
    row(*["---"] * 4)
    with tempfile.TemporaryDirectory() as folder:
        for spec in ("mnist_mlp", "lenet", "char_lstm"):
            alone = dl4py("train", spec, "--threads", "1", "-o", f"{folder}/{spec}")
            _reached(spec, "none", alone)
            for name, keys in ACCURACY[spec].items():
                words = "--master", "local[2]", "-o", f"{folder}/{spec}-{name}"
                _reached(spec, name, dl4py("spark-train", spec, *words, **master({"workers": 2} | keys)))


def _reached(spec: str, name: str, found: dict[str, Any]) -> None:
    test = found["test"]
    row(spec, name, f"{test['accuracy']:.4f}", f"{test['loss']:.4f}")


def simulated(keys: dict[str, Any], rate: float, pace: str, spec: str = "mnist_mlp", **more: Any) -> dict[str, Any]:
    """A simulation of a master with SGD."""
    rates = SGD | {"network.defaults.updater.learning_rate": rate}
    return dl4py("spark-train", spec, "--threads", "1", "--simulate", pace, **rates, **more, **master(keys))


def thresholds() -> None:
    """Prints accuracy and bytes by threshold."""
    row("workers", "threshold", "accuracy", "bytes", "dense / bytes")
    row(*["---"] * 5)
    for workers, batch, rate in ((2, 32, 0.2), (4, 32, 0.1), (8, 16, 0.1)):
        pace, size = f"workers={workers},step=0.005,exchange=0.005", {"batch_size_per_worker": batch}
        dense = simulated(DENSE | size, 0.4, pace)
        row(workers, "dense", f"{dense['test']['accuracy']:.4f}", f"{dense['bytes'] / 1e6:,.1f} MB", "")
        for threshold in (0.001, 0.003, 0.01, 0.03):
            fixed = {"threshold_algorithm": f"{{type: fixed, threshold: {threshold}}}"}
            found = simulated(SHARING | size | fixed, rate, pace)
            ratio = dense["bytes"] / found["bytes"]
            row(
                workers,
                threshold,
                f"{found['test']['accuracy']:.4f}",
                f"{found['bytes'] / 1e6:,.1f} MB",
                f"{ratio:.0f}",
            )


PACES = {"uneven steps": "spread=0.9", "one late": "spread=0.9,delay=0.02"}


def staleness() -> None:
    """Prints accuracy and simulated seconds of modes of gradient sharing."""
    row("mode", "learning rate", *(f"{name}: {what}" for name in PACES for what in ("accuracy", "seconds")))
    row(*["---"] * (2 + 2 * len(PACES)))
    keys = SHARING | {"threshold_algorithm": "{type: fixed, threshold: 0.003}", "batch_size_per_worker": 16}
    scaled = {"scale_by_staleness": "true"}
    rows: list[tuple[str, dict[str, Any], float]] = [
        ("dense synchronous SGD", DENSE | {"batch_size_per_worker": 16}, 0.4),
        ("`synchronous`", keys | {"mode": "synchronous"}, 0.05),
        *((f"{n}-softsync", keys | {"mode": "softsync", "softsync": n}, 0.4 / n) for n in (1, 2, 4)),
        ("8-softsync, which is `asynchronous`", keys, 0.4 / 8),
        ("4-softsync, scaled", keys | {"mode": "softsync", "softsync": 4} | scaled, 0.4),
        ("`asynchronous`, scaled", keys | scaled, 0.4),
    ]
    for name, own, rate in rows:
        found = [simulated(own, rate, f"workers=8,step=0.005,exchange=0.005,{pace}") for pace in PACES.values()]
        row(name, rate, *(cell for f in found for cell in (f"{f['test']['accuracy']:.4f}", f"{f['seconds']:.2f}")))


def sandblaster() -> None:
    """Prints what L-BFGS reaches alone and with two workers."""
    import numpy as np

    sys.path.insert(0, str(ROOT))
    from dl4py.formats.model import load

    same = {"network.optimization_algo": "lbfgs", "network.data_type": "double", "training.epochs": 30}
    with tempfile.TemporaryDirectory() as folder:
        alone, shared = f"{folder}/alone", f"{folder}/shared"
        batch = {"training.batch_size": 8000}
        _reached("mnist_mlp", "none", dl4py("train", "mnist_mlp", "--threads", "1", "-o", alone, **same, **batch))
        keys = master({"type": "sandblaster", "workers": 2, "batch_size_per_worker": 500})
        words = "--master", "local[2]", "-o", shared
        _reached("mnist_mlp", "sandblaster", dl4py("spark-train", "mnist_mlp", *words, **same, **keys))
        params = [load(f"{run}/model.zip").params for run in (alone, shared)]
        print(f"largest difference of parameters {np.abs(params[0] - params[1]).max():.1e}")


def main() -> None:
    """Measures what is asked for."""
    known = {"accuracy": accuracy, "thresholds": thresholds, "staleness": staleness, "sandblaster": sandblaster}
    words = [word for word in sys.argv[1:] if word != "-v"]
    if unknown := set(words) - known.keys():
        raise SystemExit(f"no measurement `{', '.join(sorted(unknown))}`; known: {', '.join(known)}")
    for word in words or known:
        known[word]()


if __name__ == "__main__":
    main()
