from pathlib import Path

import numpy as np
import pytest
from contract import check_round_trip
from pydantic import ValidationError

from dl4py.data.readers.csv_sequence import CsvSequence
from dl4py.errors import DataError

FILES = Path(__file__).parents[1] / "files" / "csvsequence"
FEATURES, LABELS, SHORT, SINGLE = (
    str(FILES / f"{name}_?.txt")
    for name in ("csvsequence", "csvsequencelabels", "csvsequencelabelsShort", "csvsequenceSingle")
)


def folder(tmp_path, name, **files):
    (tmp_path / name).mkdir()
    for file, text in files.items():
        (tmp_path / name / f"{file.strip('_')}.csv").write_text(text)
    return str(tmp_path / name)


def message(reader, tmp_path):
    with pytest.raises(DataError) as error:
        reader.load()
    hint = f"\n{error.value.hint}" if error.value.hint else ""
    return f"{error.value}{hint}".replace(str(tmp_path) + "/", "")


def hot(*classes, of=4):
    return np.eye(of, dtype="f")[list(classes)].T


def test_labels_in_their_own_files():
    data = CsvSequence(path=FEATURES, labels_path=LABELS, skip_lines=1, classes=4).load()
    steps = np.array([[0, 1, 2], [10, 11, 12], [20, 21, 22], [30, 31, 32]]).T
    assert np.array_equal(data.features[0], np.stack([steps, steps + 100, steps + 200]))
    assert np.array_equal(data.labels[0], np.stack([hot(0, 1, 2, 3), hot(3, 2, 1, 0), hot(1, 0, 3, 2)]))
    assert (data.feature_masks, data.label_masks) == ((None,), (None,))
    assert data.place(1).endswith("csvsequence/csvsequence_1.txt")
    check_round_trip(CsvSequence(path="a", labels_path="b", align="end", label_per="sequence", regression=True))


def test_labels_beside_the_features():
    data = CsvSequence(path=SINGLE, labels=0, skip_lines=1).load()
    assert np.array_equal(data.features[0][1], [[101, 111, 121, 131], [102, 112, 122, 132]])
    assert np.array_equal(data.labels[0][1], hot(1, 2, 0, 2, of=3))
    assert data.class_names == ("0", "1", "2")
    numbers = CsvSequence(path=SINGLE, labels=0, skip_lines=1, regression=True).load()
    assert np.array_equal(numbers.labels[0][:, 0], [[0, 1, 2, 0], [1, 2, 0, 2], [1, 0, 1, 2]])


@pytest.mark.parametrize(
    ("align", "first_step", "mask"),
    [  # the figures of DL4J's own SequenceRecordReaderDataSetIteratorTest
        ("start", [0, 0, 0], [[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0]]),
        ("end", [2, 3, 1], [[0, 0, 1, 1], [0, 0, 0, 1], [0, 1, 1, 1]]),
    ],
)
@pytest.mark.parametrize("longer", ["features", "labels"])
def test_fewer_labels_than_steps_and_the_other_way_round(align, first_step, mask, longer):
    reader = CsvSequence(path=FEATURES, labels_path=SHORT, skip_lines=1, align=align, regression=True)
    if longer == "labels":
        reader = reader.but(path=SHORT, labels_path=FEATURES)
    data = reader.load()
    short, short_mask = data.labels[0], data.label_masks[0]
    long_mask = data.feature_masks[0]
    if longer == "labels":
        short, short_mask, long_mask = data.features[0], data.feature_masks[0], data.label_masks[0]
    assert np.array_equal(short_mask, mask)
    assert long_mask is None
    for i, values in enumerate([[0, 1], [1], [3, 2, 1]]):
        expected = np.zeros(4)
        expected[first_step[i] : first_step[i] + len(values)] = values
        assert np.array_equal(short[i, 0], expected)


def test_pairs_of_unequal_length_end_together_not_at_the_end_of_the_longest(tmp_path):
    path = folder(tmp_path, "x", _2="1\n2\n", _10="3\n4\n5\n6\n")
    labels = folder(tmp_path, "y", _2="8\n", _10="9\n")
    data = CsvSequence(path=path, labels_path=labels, align="end", regression=True).load()
    assert np.array_equal(data.features[0][:, 0], [[1, 2, 0, 0], [3, 4, 5, 6]])  # 2 before 10
    assert np.array_equal(data.feature_masks[0], [[1, 1, 0, 0], [1, 1, 1, 1]])
    assert np.array_equal(data.labels[0][:, 0], [[0, 8, 0, 0], [0, 0, 0, 9]])
    assert np.array_equal(data.label_masks[0], [[0, 1, 0, 0], [0, 0, 0, 1]])


def test_one_label_for_a_sequence(tmp_path):
    path = folder(tmp_path, "x", a="1,2\n3,4\n", b="5,6\n")
    labels = folder(tmp_path, "y", a="up", b="down")
    data = CsvSequence(path=path, labels_path=labels, label_per="sequence", align="start").load()
    assert data.features[0].shape == (2, 2, 2)
    assert np.array_equal(data.feature_masks[0], [[1, 1], [1, 0]])
    assert np.array_equal(data.labels[0], [[0, 1], [1, 0]])
    assert data.class_names == ("down", "up")
    both = CsvSequence(
        path=folder(tmp_path, "z", a="1,7\n2,7\n", b="3,8\n4,8\n"), labels=1, label_per="sequence", classes=9
    )
    assert np.array_equal(both.load().labels[0], np.eye(9)[[7, 8]])


def test_files_of_labels_have_a_head_of_their_own(tmp_path):
    x = folder(tmp_path, "x", _0="a,b\n1,2\n3,4\n", _1="a,b\n5,6\n7,8\n")
    y = folder(tmp_path, "y", _0="0\n2\n", _1="1\n0\n")
    data = CsvSequence(path=x, labels_path=y, header=True, labels_header=False).load()
    assert np.array_equal(data.labels[0], np.stack([hot(0, 2, of=3), hot(1, 0, of=3)]))
    assert np.array_equal(data.features[0][0], [[1, 3], [2, 4]])
    z = folder(tmp_path, "z", _0="# made by hand\nkind,state\n9,0\n9,2\n", _1="#\nkind,state\n9,1\n9,0\n")
    keys = {"labels": "state", "labels_header": True, "labels_skip_lines": 1, "skip_lines": 1}
    named = CsvSequence(path=x, labels_path=z, **keys).load()
    assert np.array_equal(named.labels[0], data.labels[0])
    assert message(CsvSequence(path=x, labels_path=y, skip_lines=1, labels_skip_lines=2), tmp_path) == (
        "y/0.csv holds no steps\ncheck `labels_skip_lines` and `labels_header`"
    )
    with pytest.raises(ValidationError, match="`labels_header` is about files of labels: give `labels_path`"):
        CsvSequence(path=x, labels=0, labels_header=True)


def test_no_labels_and_chosen_columns(tmp_path):
    path = folder(tmp_path, "x", a="t,u,v\n1,2,3\n", b="t,u,v\n4,5,6\n")
    data = CsvSequence(path=path, header=True, features=["v", "t"]).load()
    assert np.array_equal(data.features[0], [[[3], [1]], [[6], [4]]])
    assert data.labels == ()


def test_ragged_sequences(tmp_path):
    path = folder(tmp_path, "x", _0="1\n2\n", _1="3\n")
    assert message(CsvSequence(path=path), tmp_path) == (
        "x/1.csv has 1 step, x/0.csv has 2\n"
        "`align: start` or `align: end` takes sequences of unequal length and masks what is empty"
    )
    labels = folder(tmp_path, "y", _0="0\n")
    one = folder(tmp_path, "z", _0="1\n2\n")
    assert message(CsvSequence(path=one, labels_path=labels), tmp_path) == (
        "y/0.csv has 1 step, z/0.csv has 2\n"
        "one label for a whole sequence: write `label_per: sequence`, or `align: end` to set it to the last step"
    )


@pytest.mark.parametrize(
    ("x", "y", "keys", "expected"),
    [
        ("1\nx\n", None, {}, "x/0.csv:2: column 0 must be a number, found `x`\nchoose columns of numbers with `features`"),
        ("1,2\n3\n", None, {}, "x/0.csv:2: 1 field, expected 2\nis `,` the separator?"),
        ("1\n\n?\n", None, {}, "x/0.csv:3: column 0 must be a number, found `?`\nfill the gap: a sequence needs all its steps"),
        ("", None, {}, "x/0.csv holds no steps\ncheck `skip_lines` and `header`"),
        ("1\n2\n", "0\n7\n", {"classes": 3}, "y/0.csv:2: the label is 7, expected 0 to 2\nlabels count from 0; `classes` gives their number"),
        ("1\n2\n", "0\n1\n", {"label_per": "sequence"}, "y/0.csv:2: the label `1` differs from the first, `0`; a sequence has one\nleave `label_per` out where each step has its own label"),
        ("1\n2\n", "0\n2\n", {"label_per": "sequence", "regression": True}, "y/0.csv:2: the label `2` differs from the first, `0`; a sequence has one\nleave `label_per` out where each step has its own label"),
    ],
)  # fmt: skip
def test_bad_files(tmp_path, x, y, keys, expected):
    if y is not None:
        keys = {**keys, "labels_path": folder(tmp_path, "y", _0=y)}
    assert message(CsvSequence(path=folder(tmp_path, "x", _0=x), **keys), tmp_path) == expected


def test_lonely_files(tmp_path):
    x = folder(tmp_path, "x", _0="1\n", _1="2\n")
    y = folder(tmp_path, "y", _0="1\n", _2="2\n", _1="3\n")
    hint = "\nfiles belong together that have the same name, or names that end in the same number"
    assert message(CsvSequence(path=y, labels_path=x), tmp_path) == (
        "y/2.csv has no file of labels in x: 3 files of features, 2 of labels" + hint
    )
    assert message(CsvSequence(path=x, labels_path=y), tmp_path) == (
        "y/2.csv has no file of features in x: 2 files of features, 3 of labels" + hint
    )


def test_a_regression_has_labels():
    with pytest.raises(ValidationError, match="a regression needs `labels` or `labels_path`"):
        CsvSequence(path="a", regression=True)
    with pytest.raises(ValidationError, match="`classes` are for labels that `regression` says are numbers"):
        CsvSequence(path="a", labels=0, classes=2, regression=True)
