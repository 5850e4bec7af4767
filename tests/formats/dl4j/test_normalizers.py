"""Normalizers of several inputs. Files and numbers are those of real DL4J: tests/oracle, `oracle.MultiNormalizers`."""

from pathlib import Path

import numpy as np
import pytest

from dl4py.data import Batch
from dl4py.data.normalizers.min_max import Ranged
from dl4py.data.normalizers.several import Several
from dl4py.data.normalizers.standardize import Standardized
from dl4py.errors import DL4PyError, ModelFileError
from dl4py.formats.dl4j.normalizer import read_normalizer, write_normalizer

FILES = Path(__file__).parent / "normalizers"
TRUTH = np.load(FILES / "multi.npz")
NAMES = sorted(path.stem for path in FILES.glob("multi-*.bin"))


def numbers(columns, f, g):
    return np.array([[i * i * f - j * g + i * j for j in range(columns)] for i in range(6)], np.float32)


BATCH = Batch((numbers(3, 0.5, 1.25), numbers(2, 0.25, 2.0)), (numbers(2, 0.125, 0.75), numbers(1, 0.375, 0.5)))


@pytest.mark.parametrize("name", NAMES)
def test_files_of_dl4j_normalize_as_dl4j_does(name):
    fitted = read_normalizer((FILES / f"{name}.bin").read_bytes(), name)
    made = fitted.apply_batch(BATCH)
    for i in range(2):
        assert np.allclose(made.features[i], TRUTH[f"{name}-x{i}"], rtol=0, atol=1e-6)
        assert np.allclose(made.labels[i], TRUTH[f"{name}-y{i}"], rtol=0, atol=1e-6)
        assert np.allclose(fitted.reverted_output(made.labels[i], i), BATCH.labels[i], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_both_ways(name):
    data = (FILES / f"{name}.bin").read_bytes()
    again = write_normalizer(read_normalizer(data, name))
    if name == "multi-hybrid-all":  # ours names a range for each input, not one for all
        again = write_normalizer(read_normalizer(again, name))
        made = read_normalizer(again, name).apply_batch(BATCH)
        assert all(np.allclose(made.features[i], TRUTH[f"{name}-x{i}"], atol=1e-6) for i in range(2))
        return
    assert again == data


def test_parts_of_a_file_are_refused():
    for name in NAMES:
        data = (FILES / f"{name}.bin").read_bytes()
        for end in range(0, len(data), 7):
            with pytest.raises(DL4PyError):
                read_normalizer(data[:end], name)
        with pytest.raises(ModelFileError, match="2 bytes follow the statistics"):
            read_normalizer(data + b"xx", name)


ROW = np.ones(2, np.float32)


@pytest.mark.parametrize(
    ("inputs", "word"),
    [
        ((Standardized(ROW, ROW), None), b"MULTI_HYBRID"),
        ((Ranged(0.0, 1.0, ROW, ROW + 1), Ranged(0.0, 2.0, ROW, ROW + 1)), b"MULTI_HYBRID"),
        ((Ranged(0.0, 1.0, ROW, ROW + 1), Ranged(0.0, 1.0, ROW, ROW + 1)), b"MULTI_MIN_MAX"),
    ],
)
def test_the_type_that_is_written(inputs, word):
    data = write_normalizer(Several(inputs))
    assert word in data
    found = read_normalizer(data, "n")
    assert [type(part) for part in found.inputs if part] == [type(part) for part in inputs if part]
