from pathlib import Path

import numpy as np
import pytest
from contract import check_round_trip
from pydantic import ValidationError

from dl4py.data.config import DataConfig
from dl4py.data.readers.svmlight import SvmLight
from dl4py.errors import DataError

FILES = Path(__file__).parents[1] / "files" / "svmlight"
ROWS = [[0, 1, 0, 2, 0, 3, 0, 4, 0, 5], [0.1, 2, 0, 0, 0, 6.6, 0, 80, 0, 0]]


def read(tmp_path, text, **keys):
    (tmp_path / "data.txt").write_text(text)
    return SvmLight(path=str(tmp_path / "data.txt"), **{"n_features": 3, "zero_based": False} | keys).load()


def message(tmp_path, text, **keys):
    with pytest.raises(DataError) as error:
        read(tmp_path, text, **keys)
    return f"{error.value}\n{error.value.hint}".replace(str(tmp_path) + "/", "")


def test_comments_gaps_and_queries():
    data = SvmLight(path=str(FILES / "basic.txt"), n_features=10, zero_based=False, regression=True).load()
    assert np.array_equal(data.features[0], np.array([*ROWS, [0] * 10], "f"))
    assert data.labels[0].tolist() == [[7], [2], [33]]
    assert data.place(1).endswith("svmlight/basic.txt:5")
    check_round_trip(SvmLight(path="a", n_features=4, classes=3, multilabel=True, zero_based_labels=True))


def test_from_0_as_in_dl4j():
    data = SvmLight(path=str(FILES / "basic.txt"), n_features=11, classes=34).load()
    assert np.array_equal(data.features[0][:2, 1:], np.array(ROWS, "f"))
    assert data.labels[0].argmax(axis=1).tolist() == [7, 2, 33]


def test_no_labels():
    data = SvmLight(path=str(FILES / "noLabels.txt"), n_features=10, zero_based=False).load()
    assert np.array_equal(data.features[0], np.array([*ROWS, [1] + [0] * 9], "f"))
    assert data.labels == ()


@pytest.mark.parametrize(
    ("labels", "keys", "numbers", "names"),
    [
        ("-1 +1 1", {}, [0, 1, 1], ("-1", "1")),
        ("10 9 2.0", {}, [2, 1, 0], ("2", "9", "10")),
        ("2 0 2", {"classes": 3}, [2, 0, 2], ("0", "1", "2")),
        ("+1 -1 1", {"classes": ("+1", "-1")}, [0, 1, 0], ("+1", "-1")),
        ("spam ham spam", {}, [1, 0, 1], ("ham", "spam")),
    ],
)
def test_labels_are_names_of_classes(tmp_path, labels, keys, numbers, names):
    data = read(tmp_path, "".join(f"{label} 1:1\n" for label in labels.split()), **keys)
    assert data.labels[0].argmax(axis=1).tolist() == numbers
    assert data.class_names == names


def test_the_test_part_has_the_classes_of_training(tmp_path):
    (tmp_path / "train").write_text("1 1:1\n3 1:1\n2 1:1\n")
    (tmp_path / "test").write_text("3 1:1\n")
    train, test = (SvmLight(path=str(tmp_path / name), n_features=2) for name in ("train", "test"))
    assert DataConfig(train=train, test=test).open().test.labels[0].tolist() == [[0, 0, 1]]


def test_several_labels(tmp_path):
    text = "1,3 1:1\n 2:1\n2 3:1 # c\n"
    hot = [[1, 0, 1], [0, 0, 0], [0, 1, 0]]
    data = read(tmp_path, text, multilabel=True, classes=3)
    assert data.labels[0].tolist() == hot
    assert data.class_names == ("1", "2", "3")
    shifted = read(tmp_path, text, multilabel=True, classes=4, zero_based_labels=True)
    assert shifted.labels[0][:, 1:].tolist() == hot
    assert read(tmp_path, "a,c 1:1\n", multilabel=True, classes=("c", "b", "a")).labels[0].tolist() == [[1, 0, 1]]
    numbers = read(tmp_path, "1.5,2 1:1\n-3,4e1 2:1\n", regression=True)
    assert numbers.labels[0].tolist() == [[1.5, 2], [-3, 40]]


FORM = "a line is `label index:value index:value …`"
RANGE = "`n_features` gives their number, `zero_based` says where they begin"
WRONG = [
    ("1 1:1\n1 2;3\n", {}, f"data.txt:2: expected index:value, found `2;3`\n{FORM}"),
    ("1 a:1\n", {}, f"data.txt:1: expected index:value, found `a:1`\n{FORM}"),
    ("1 1:x\n", {}, f"data.txt:1: expected index:value, found `1:x`\n{FORM}"),
    ("1 1:1_0\n", {}, f"data.txt:1: expected index:value, found `1:1_0`\n{FORM}"),
    ("1 1:nan\n", {}, f"data.txt:1: expected index:value, found `1:nan`\n{FORM}"),
    ("1 1:1e39\n", {}, "data.txt:1: 1:1e39 is too large for single precision, which reaches to 3.4e38\nNone"),
    ("1 1:1\n\n1 4:1\n", {}, f"data.txt:3: feature 4, expected 1 to 3\n{RANGE}"),
    ("1 0:1\n", {}, f"data.txt:1: feature 0, expected 1 to 3\n{RANGE}"),
    ("1 3:1\n", {"zero_based": True}, f"data.txt:1: feature 3, expected 0 to 2\n{RANGE}"),
    ("1 1:1 1:2\n", {}, f"data.txt:1: feature 1 stands twice\n{FORM}"),
    ("1 1:1\n2,3 1:1\n", {}, "data.txt:2: 2 labels, the first example has 1\nwrite `multilabel: true` where their number varies"),
    ("1 1:1\n2:1\n", {}, "data.txt:2: 0 labels, the first example has 1\nwrite `multilabel: true` where their number varies"),
    ("1,2 1:1\n", {}, "data.txt:1: 2 labels, expected one class\nwrite `multilabel: true` or `regression: true`"),
    ("# 1 1:1\n", {}, f"data.txt holds no examples\n{FORM}"),
    ("1 1:1\n5 1:1\n", {"classes": 3}, "data.txt:2: the label is 5, expected 0 to 2\nlabels count from 0; `classes` gives their number"),
    ("1 1:1\n0.5 1:1\n", {}, "data.txt:2: the label `0.5` is a number, but no class\nwrite `regression: true`"),
    ("1 1:1\nx 1:1\n", {"regression": True}, f"data.txt:2: the label must be a number, found `x`\n{FORM}"),
    ("4 1:1\n", {"multilabel": True, "classes": 3}, "data.txt:1: the label `4` is none of the classes\nclasses: 1 to 3; `zero_based_labels` says where numbers begin"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "keys", "expected"), WRONG)
def test_bad_lines(tmp_path, text, keys, expected):
    assert message(tmp_path, text, **keys) == expected


def test_a_file_of_dl4js_tests_with_labels_that_vary():
    with pytest.raises(DataError) as error:
        SvmLight(path=str(FILES / "inconsistentNumLabels.txt"), n_features=5).load()
    assert str(error.value).endswith("inconsistentNumLabels.txt:2: 2 labels, the first example has 1")


def test_a_number_for_each_example_is_no_class(tmp_path):
    text = "".join(f"{i} 1:1\n" for i in range(1000))
    assert message(tmp_path, text) == (
        "data.txt:1: 1000 different labels of 1000 examples\ngive `classes`, or write `regression: true`"
    )


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"regression": True, "classes": 2}, "`classes` are for labels that `regression` says are numbers"),
        ({"multilabel": True}, "`multilabel` needs `classes`, their number or their names"),
        ({"multilabel": True, "regression": True}, "`multilabel` is for classes, `regression` for numbers"),
    ],
)
def test_contradictions(keys, expected):
    with pytest.raises(ValidationError) as error:
        SvmLight(path="a", n_features=1, **keys)
    assert error.value.errors()[0]["msg"] == expected
