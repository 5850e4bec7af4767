"""The smallest network of each quirk in real Deeplearning4j 1.0.0-M2.1: `dl4j` is in step with it, `exact` is not."""

import numpy as np
import pytest

from dl4py.formats.dl4j.model import load
from tests.test_compatibility import CASES, FIRST, LATER, differ, seen

pytestmark = pytest.mark.java


@pytest.mark.parametrize("number", [number for number, case in CASES.items() if case.asked])
def test_dl4j_has_it(number, oracle, tmp_path):
    case = CASES[number]
    theirs = asked(case, oracle, tmp_path)
    dl4j, exact = (seen(case, case.network(mode)) for mode in ("dl4j", "exact"))
    for name in theirs:
        far = max(1e-2, np.abs(theirs[name]).max())
        assert np.abs(np.ravel(dl4j[name]) - np.ravel(theirs[name])).max() < 2e-5 * far, name
    for name in case.changes & set(theirs):
        assert differ(np.ravel(exact[name]), np.ravel(theirs[name])), name


def asked(case, oracle, folder):
    """What `seen` sees, from DL4J."""
    net = case.network("dl4j")
    x, y = case.batch(net)
    net.save(folder / "m.zip")
    given = []
    masks = {"xmask": case.masks.get("mask"), "ymask": case.masks.get("label_mask")}
    for option, array in ({"x": x, "y": y} | masks).items():
        if array is not None:
            np.save(folder / f"{option}.npy", array)
            given += [f"--{option}", folder / f"{option}.npy"]
    given += ["--out", folder]
    found = {FIRST: load(folder / "m.zip").params}
    oracle("predict", folder / "m.zip", *given)
    found["output"] = np.load(folder / "out0.npy")
    if case.slope:
        found["score"] = oracle("score", folder / "m.zip", *given)["score"]
        found["gradient"] = np.load(folder / "flat.npy").ravel()
    oracle("fit", folder / "m.zip", *given, "--epochs", 3, "--save", folder / "t.zip")
    return found | {LATER: load(folder / "t.zip").params}
