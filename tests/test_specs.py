"""The zoo: every spec is sound, has the size that is known of it, and starts to learn."""

import os
from pathlib import Path

import numpy as np
import pytest

import dl4py
from dl4py.network.feed import label_shape, node_batch
from dl4py.network.graph import scored_outputs
from dl4py.spec.bind import bind
from dl4py.spec.source import Source

SPECS = sorted(path for path in (Path(__file__).parents[1] / "specs").glob("*.yaml"))
GOLDEN = Path(__file__).parent / "golden" / "specs"
KNOWN = {
    "vgg16": 138_357_544,  # the paper's configuration D
    "alexnet": 62_378_344,  # one tower, without groups
    "lenet": 431_080,  # Caffe's lenet.prototxt
    "iris_mlp": 4 * 3 + 3 + 3 * 3 + 3 + 3 * 3 + 3,
    "mnist_mlp": 785 * 500 + 501 * 10,
    "char_lstm": (65 + 200 + 1) * 800 + (200 + 200 + 1) * 800 + 201 * 65,
    "uci_control_charts": (1 + 10 + 1) * 40 + 11 * 6,
    "bidirectional_tagger": 2 * (50 + 100 + 1) * 400 + 201 * 9,
}
LARGE = {"vgg16", "alexnet"}


def spec_of(path):
    return bind(Source.read(path))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_summary(path):
    text = dl4py.Network(spec_of(path).network.but(mmap=path.stem in LARGE)).summary()
    golden = GOLDEN / f"{path.stem}.txt"
    if os.environ.get("GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text)
    assert text == golden.read_text()
    if path.stem in KNOWN:
        assert f"Total Parameters:  {KNOWN[path.stem]:,}\n" in text


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_opens_with_paper_and_figure(path):
    comment = [line for line in path.read_text().splitlines() if line.startswith("# ")]
    assert any(char.isdigit() for line in comment for char in line), "name the paper and its year"
    assert path.read_text().startswith("# ")


@pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=pytest.mark.slow) if p.stem in LARGE else p for p in SPECS],
    ids=lambda path: path.stem,
)
def test_starts_to_learn(path):
    """Some steps on one batch of random numbers lower its score; one step of a large network moves its weights."""
    config = spec_of(path).network
    net = dl4py.Network(config)
    generator = np.random.Generator(np.random.Philox(1))
    time = 6
    graph = net.graph.fed([_timed(shape, time) for shape in net.graph.shapes])
    x = [generator.standard_normal((2, *shape.array)).astype("f") for shape in graph.shapes]
    y = []
    for node in scored_outputs(graph):
        shape = (node_batch(graph, node.name, 2), *label_shape(node).array)
        labels = np.zeros(shape, "f")
        np.put_along_axis(labels, generator.integers(0, shape[1], (shape[0], 1, *shape[2:])), 1.0, axis=1)
        y.append(labels)
    before = net.score(x, y, training=False)
    first = net.params[::1000].copy()
    for _ in range(1 if path.stem in LARGE else 8):
        net.fit(x, y)
    after = net.score(x, y, training=False)
    assert np.isfinite(after)
    assert after < before or (path.stem in LARGE and not np.array_equal(net.params[::1000], first))


def _timed(shape, time):
    from dataclasses import replace

    return replace(shape, time=time) if type(shape).__name__ == "Recurrent" else shape
