"""What real DL4J 1.0.0-M2.1 makes of arrays; recorded by tests/oracle/src/main/java/oracle/Normalizers.java."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from dl4py.data import Batch
from dl4py.data.normalizers import Fitted
from dl4py.formats.dl4j.normalizer import read_normalizer

CASES = json.loads((Path(__file__).parent / "dl4j.json").read_text())


@dataclass
class Recorded:
    """A batch, the same normalized by DL4J, and the normalizer that DL4J wrote."""

    batch: Batch
    x: np.ndarray
    y: np.ndarray
    fitted: Fitted

    def check(self, fitted, batch=None):
        """The normalizer has DL4J's statistics, to the rounding of single precision, and does what DL4J's does."""
        for name, row in vars(self.fitted).items():
            if row is not None:
                assert np.allclose(vars(fitted)[name], row, rtol=2e-7, atol=0), name
        for made in (fitted, self.fitted):
            after = made.apply_batch(self.batch)
            known = np.isfinite(self.x)  # DL4J divides by 0 where a constant column is far from 0
            assert np.allclose(after.features[0][known], self.x[known], rtol=0, atol=1e-6)
            assert np.isfinite(after.features[0]).all()
            assert np.allclose(after.labels[0], self.y, rtol=0, atol=1e-6)


@pytest.fixture
def recorded():
    def load(name):
        case = CASES[name]
        found = {
            key: np.array(value["values"].split(), "f").reshape(value["shape"])
            for key, value in case.items()
            if key != "bin"
        }
        batch = Batch((found["x"],), (found["y"],), (found.get("mask"),), (found.get("label_mask"),))
        fitted = read_normalizer(base64.b64decode(case["bin"]), "normalizer.bin")
        return Recorded(batch, found["normal_x"], found["normal_y"], fitted)

    return load
