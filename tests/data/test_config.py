from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from dl4py.data.config import DataConfig
from dl4py.data.normalizers.standardize import Standardize
from dl4py.data.readers.csv import Csv
from dl4py.data.splits import Split
from dl4py.errors import DL4PyError, SpecError
from dl4py.spec import Source
from dl4py.spec.bind import bind

IRIS = str(Path(__file__).parent / "files" / "iris.csv")
PETALS = Csv(path=IRIS, labels=4)


def test_the_normalizer_sees_the_training_part_alone():
    data = DataConfig(train=PETALS, split=Split(test=40, validation=10), normalizer=Standardize()).open()
    assert [len(part) for part in (data.train, data.validation, data.test)] == [100, 10, 40]
    x = data.train.features[0].astype(np.float64)
    assert np.allclose(data.normalizer.mean, x.mean(axis=0), rtol=1e-6)
    assert np.allclose(data.normalizer.std, x.std(axis=0), rtol=1e-6)
    raw = np.loadtxt(IRIS, delimiter=",")[:, :4].astype("f")
    assert {tuple(row) for row in x.tolist()} <= {tuple(row) for row in raw.tolist()}  # not yet applied


def test_the_other_parts_have_the_classes_of_training(tmp_path):
    (tmp_path / "train.csv").write_text("1,ant\n2,bee\n3,cat\n")
    (tmp_path / "test.csv").write_text("4,cat\n5,ant\n")
    train, test = (Csv(path=str(tmp_path / f"{name}.csv"), labels=1) for name in ("train", "test"))
    data = DataConfig(train=train, test=test).open()
    assert data.test.class_names == ("ant", "bee", "cat")
    assert data.test.labels[0].tolist() == [[0, 0, 1], [1, 0, 0]]


def test_parts_from_a_split_and_a_file():
    data = DataConfig(train=PETALS.but(rows=(0, 100)), test=PETALS.but(rows=(100, 150)), split=Split(validation=0.1))
    opened = data.open()
    assert [len(part) for part in (opened.train, opened.validation, opened.test)] == [90, 10, 50]


REFUSED = [
    ({}, "there is nothing to train on\nadd `train:` to `data`, for example {type: csv, path: …}"),
    (
        {"train": PETALS, "normalizer": Standardize(fit_labels=True)},
        "`fit_labels` normalizes the numbers of a regression, these labels are classes\n"
        "leave `fit_labels` out, or write `regression: true` in the reader",
    ),
    (
        {"train": PETALS, "test": PETALS.but(features=("0-2",))},
        "the test part has features of 3, the training part of 4\nNone",
    ),
    (
        {"train": PETALS, "validation": Csv(path=IRIS, features=("0-3",))},
        "the validation part has labels of no kind, the training part of 3\nNone",
    ),
    (
        {"train": PETALS, "test": PETALS.but(classes=("a", "b", "c"))},
        "the test part has the classes a, b, c, the training part 0, 1, 2\n"
        "leave `classes` out where they should be those of the training part",
    ),
]


@pytest.mark.parametrize(("keys", "expected"), REFUSED)
def test_parts_that_do_not_fit(keys, expected):
    with pytest.raises(DL4PyError) as error:
        DataConfig(**keys).open()
    assert f"{error.value}\n{error.value.hint}" == expected


CONTRADICTIONS = [
    ({"test": PETALS, "split": Split(test=0.2)}, "`test` and `split.test` both say where the test part comes from"),
    (
        {"validation": PETALS, "split": Split(validation=9)},
        "`validation` and `split.validation` both say where the validation part comes from",
    ),
    ({"split": Split()}, "the split takes nothing: give it `test` or `validation`"),
]


@pytest.mark.parametrize(("keys", "expected"), CONTRADICTIONS)
def test_contradictions(keys, expected):
    with pytest.raises(ValidationError) as error:
        DataConfig(train=PETALS, **keys)
    assert error.value.errors()[0]["msg"] == expected


SPEC = """\
network: {input: 4, layers: [{type: output, n_out: 3}]}
data:
  train: {type: csv, path: a.csv, labels: 4, regression: true, classes: 3}
  test: {type: idx}
  split: {test: 0.2}
"""


def test_contradictions_are_shown_in_the_text():
    with pytest.raises(SpecError) as error:
        bind(Source("spec.yaml", SPEC))
    assert [mistake.render() for mistake in error.value.mistakes] == [
        "spec.yaml:3:58: `regression`: `classes` are for labels that `regression` says are numbers, found true\n"
        "  |\n"
        "3 |   train: {type: csv, path: a.csv, labels: 4, regression: true, classes: 3}\n"
        "  |                                                          ^^^^",
        "spec.yaml:4:9: `idx`: `idx` needs `path`, or `features` and `labels`\n"
        "  |\n"
        "4 |   test: {type: idx}\n"
        "  |         ^^^^^^^^^^^",
    ]
