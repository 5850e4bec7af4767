"""Random networks without DL4J: files give them back bit for bit, and the gradient is that of the score."""

from typing import Any

import numpy as np
import pytest

import dl4py
from dl4py.network import Network, NetworkConfig
from dl4py.spec.write import write
from tests.random_networks import Example, random_batch, random_spec

SEEDS = range(6)
STEP = 1e-5
CHECKED = {"data_type": "double", "compatibility": "exact", "backprop_type": "standard"}


def drawn(seed: int, **changes: Any) -> tuple[Network, Example]:
    network = Network(NetworkConfig.model_validate({**random_spec(seed), **changes}))
    return network, random_batch(seed, network)


def answers(network: Network, example: Example) -> list[np.ndarray]:
    found = network.output(example.x, mask=example.mask)
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_zip_and_a_spec_give_it_back(seed, tmp_path):
    network, example = drawn(seed)
    network.fit(example.x, example.y, **example.masks)
    network.save(tmp_path / "model.zip")
    (tmp_path / "spec.yaml").write_text("network:\n" + indented(write(network.config)), "utf-8")
    again, described = dl4py.load(tmp_path / "model.zip"), dl4py.load(tmp_path / "spec.yaml")
    assert np.array_equal(again.params, network.params)
    assert np.array_equal(again.updater_state, network.updater_state)
    for ours, theirs in zip(answers(network, example), answers(again, example), strict=True):
        assert np.array_equal(ours, theirs)
    assert described.config == network.config
    assert np.array_equal(described.params, Network(network.config).params)
    assert described.summary() == again.summary() == network.summary()
    assert f"Total Parameters: {network.params.size:>9,}".replace(" ", "") in network.summary().replace(" ", "")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gradient_is_that_of_the_score(seed):
    """Along random ways, by central differences in double; statistics and frozen parameters stay."""
    network, example = drawn(seed, **CHECKED)
    bare = Network(NetworkConfig.model_validate(unpenalized(random_spec(seed)) | CHECKED), params=network.params.copy())
    gradient = bare.gradient(example.x, example.y, **example.masks)
    free = np.zeros(gradient.size)
    for slot in bare.parameters.slots:
        free[slot.offset : slot.stop] = not (slot.param.frozen or slot.param.drifts)
    assert np.linalg.norm(gradient * free) > 0.0
    rows = len(example.x[0]) if bare.config.mini_batch else 1
    start, g = bare.params.copy(), np.random.default_rng(seed)
    for _ in range(3):
        way = free * g.normal(size=gradient.size)
        way /= np.linalg.norm(way)
        scores = []
        for step in (STEP, -STEP):
            bare.params[:] = start + step * way
            scores.append(bare.score(example.x, example.y, **example.masks) * rows)
        slope = (scores[0] - scores[1]) / (2 * STEP)
        assert gradient @ way == pytest.approx(slope, rel=1e-5, abs=1e-6 * np.linalg.norm(gradient))


def unpenalized(spec: Any) -> Any:
    """The spec without penalties, which are in the score and not in the gradient."""
    if isinstance(spec, list):
        return [unpenalized(part) for part in spec]
    if not isinstance(spec, dict):
        return spec
    penalties = ("l1", "l2", "l1_bias", "l2_bias", "weight_decay", "weight_decay_bias")
    return {key: unpenalized(value) for key, value in spec.items() if key not in penalties}


def indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())
