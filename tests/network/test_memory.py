"""Vectors in memory and in files."""

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

import dl4py
from dl4py.errors import DL4PyError
from dl4py.network.memory import vector
from dl4py.spec.bind import bind
from dl4py.spec.source import Source

SPEC = """
network:
  mmap: {mmap}
  input: 4
  defaults: {{updater: adam}}
  layers:
    - {{type: dense, n_out: 5}}
    - {{type: output, n_out: 3}}
"""


def trained(mapped: str) -> dl4py.Network:
    net = dl4py.Network(bind(Source("<text>", SPEC.format(mmap=mapped))).network)
    for i in range(3):
        net.fit(np.full((2, 4), 0.5 * i), np.eye(3)[:2])
    return net


def test_mapped_networks_learn_and_save_as_others(tmp_path):
    plain, mapped = trained("false"), trained("true")
    assert np.array_equal(plain.params, mapped.params)
    assert np.array_equal(plain.updater_state, mapped.updater_state)
    mapped.save(tmp_path / "m.zip")
    again = dl4py.load(tmp_path / "m.zip")
    assert again.config.mmap
    assert np.array_equal(again.params, plain.params)
    assert again.fit(np.ones((2, 4)), np.eye(3)[:2]) == plain.fit(np.ones((2, 4)), np.eye(3)[:2])


def test_a_mapped_vector_lies_in_a_file_that_goes_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    values = vector(1000, "float32", mapped=True)
    values[:] = 3.0
    mapped = [line for line in Path("/proc/self/maps").read_text().splitlines() if str(tmp_path) in line]
    assert mapped
    assert values.sum() == 3000.0
    assert os.listdir(tmp_path) == []


def test_no_room_is_said(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with pytest.raises(DL4PyError) as error:
        vector(10, "float32", mapped=True)
    assert str(error.value) == "cannot map 40 bytes of parameters in /nowhere: No such file or directory"
    assert error.value.hint == "name a folder with room: TMPDIR=FOLDER"
