"""DL4J's configurations as specs, and back; the truth is what real DL4J 1.0.0-M2.1 printed."""

import json
import zipfile
from pathlib import Path

import pytest

from dl4py.formats.dl4j.convert import is_configuration, to_configuration, to_spec
from dl4py.spec.bind import bind
from dl4py.spec.source import Source

GOLDEN = Path(__file__).parents[2] / "golden" / "dl4j"
CASES = ["dense-deep", "graph-skip", "updater-nadam", "l1-l2-bias", "schedule-map", "vertex-stack-unstack"]


@pytest.mark.parametrize("case", CASES)
def test_a_configuration_comes_back_from_its_spec(case):
    data = zipfile.ZipFile(GOLDEN / case / "model.zip").read("configuration.json")
    assert is_configuration(data.decode())
    spec = to_spec(data, case)
    assert not is_configuration(spec)
    again = json.loads(to_configuration(bind(Source("<text>", spec)).network))
    theirs = json.loads(data)
    for counts in (again, theirs):  # a spec describes a network that has not been trained
        counts.update(iterationCount=0, epochCount=0)
    assert again == theirs
