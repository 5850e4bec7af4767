import gzip
import pickle
from pathlib import Path

import numpy as np
import pytest
from contract import check_round_trip
from pydantic import ValidationError

from dl4py.data.normalizers.standardize import Standardize
from dl4py.data.readers.csv import Csv
from dl4py.errors import DataError

FILES = Path(__file__).parents[1] / "files"


def written(tmp_path, text, **keys):
    path = tmp_path / "d.csv"
    path.write_text(text)
    return Csv(path=str(path), **keys)


def message(reader, tmp_path):
    with pytest.raises(DataError) as error:
        reader.load()
    hint = f"\n{error.value.hint}" if error.value.hint else ""
    return f"{error.value}{hint}".replace(str(tmp_path) + "/", "")


def test_iris():
    data = Csv(path=str(FILES / "iris.csv"), labels=-1).load()
    raw = np.loadtxt(FILES / "iris.csv", delimiter=",")
    assert np.array_equal(data.features[0], raw[:, :4].astype("f"))
    assert np.array_equal(data.labels[0], np.eye(3)[raw[:, 4].astype(int)])
    assert data.class_names == ("0", "1", "2")
    assert data.place(7).endswith("iris.csv:8")
    check_round_trip(Csv(path="d.csv", labels=-1, features=("0-3",), rows=(1, 3)))


def test_names_words_and_gaps():
    numeric = ("cylinders", "displacement", "horsepower", "weight", "acceleration", "model_year")
    reader = Csv(
        path=str(FILES / "mpg.csv"), header=True, labels="mpg", features=numeric, regression=True, missing="drop"
    )
    data = reader.load()
    lines = (FILES / "mpg.csv").read_text().splitlines()[1:]
    raw = [line.split(",") for line in lines if line.split(",")[3]]  # six cars have no horsepower
    assert len(raw) == 392
    assert np.array_equal(data.features[0], np.array([row[1:7] for row in raw], "f"))
    assert np.array_equal(data.labels[0], np.array([row[:1] for row in raw], "f"))
    place = data.place(200)
    assert lines[int(place.rpartition(":")[2]) - 2].split(",") == raw[200]
    assert str(error_of(reader.but(missing="error"))).endswith(
        "mpg.csv:34: column 3 (`horsepower`) must be a number, found ``"
    )
    origin = Csv(path=str(FILES / "mpg.csv"), header=True, labels="origin", features=("mpg",)).load()
    assert origin.class_names == ("europe", "japan", "usa")
    assert origin.labels[0][:, 2].sum() == sum(line.split(",")[7] == "usa" for line in lines)


def error_of(reader):
    with pytest.raises(DataError) as error:
        reader.load()
    return error.value


def test_columns_by_number_range_and_name(tmp_path):
    reader = written(tmp_path, "a,b,c,d,1-2\n0,1,2,3,4\n", header=True)
    assert reader.but(features=("1-3",)).load().features[0].tolist() == [[1, 2, 3]]
    assert reader.but(features=(-1, "b", 0)).load().features[0].tolist() == [[4, 1, 0]]
    assert reader.but(features=("1-2",)).load().features[0].tolist() == [[4]]  # a name that looks like a range
    several = reader.but(labels=("0-1", "d")).load()
    assert several.labels[0].tolist() == [[0, 1, 3]]
    assert several.features[0].tolist() == [[2, 4]]
    assert several.class_names == ()


def test_class_names_name_numbers(tmp_path):
    data = written(tmp_path, "1,0\n2,1\n", labels=1, classes=["cat", "dog"]).load()
    assert data.class_names == ("cat", "dog")
    assert data.labels[0].tolist() == [[1, 0], [0, 1]]


def test_classes_that_do_not_occur_keep_their_column(tmp_path):
    data = written(tmp_path, "1,dog\n2,cow\n", labels=1, classes=["cat", "cow", "dog"]).load()
    assert data.labels[0].tolist() == [[0, 0, 1], [0, 1, 0]]
    assert written(tmp_path, "1,1.0\n2,0\n", labels=1, classes=4).load().labels[0].shape == (2, 4)


def test_quotes_gzip_and_rows(tmp_path):
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b'"1.5";2\n3;4\n5;6\n7;8\n'))
    data = Csv(path=str(tmp_path / "d.csv.gz"), delimiter=";", rows=(1, 3)).load()
    assert np.array_equal(data.features[0], [[3, 4], [5, 6]])
    assert data.place(1).endswith("d.csv.gz:3")


def test_lines_count_from_the_top_of_the_file(tmp_path):
    text = 'a title with a "\n\nx,y,kind\r\n1,2,"two\nlines"\r\n\r\n3,4,b\r\n'
    data = written(tmp_path, text, skip_lines=2, header=True, labels="kind").load()
    assert [data.place(i).rpartition(":")[2] for i in range(2)] == ["4", "7"]
    assert data.class_names == ("b", "two\nlines")


def test_a_folder_is_read_in_the_order_of_names(tmp_path):
    (tmp_path / "b.csv").write_text("3,4\n")
    (tmp_path / "a.csv").write_text("1,2\n")
    (tmp_path / "_SUCCESS").write_text("")
    (tmp_path / "empty.csv").write_text("")
    data = Csv(path=str(tmp_path)).load()
    assert np.array_equal(data.features[0], [[1, 2], [3, 4]])
    assert [Path(data.place(i)).name for i in range(2)] == ["a.csv:1", "b.csv:1"]
    assert np.array_equal(Csv(path=str(tmp_path / "b*.csv")).load().features[0], [[3, 4]])
    assert message(Csv(path=str(tmp_path / "c*.csv")), tmp_path) == (
        "c*.csv fits no file\nname a file, a folder, or a pattern such as part-*.csv"
    )
    (tmp_path / "c.csv").write_text("1\n")
    assert message(Csv(path=str(tmp_path)), tmp_path) == "c.csv has 1 columns; a.csv has 2 columns"


def test_many_blocks_and_their_places(tmp_path):
    text = "".join(f"{i},{i % 7}\n" for i in range(10_000))
    data = pickle.loads(pickle.dumps(written(tmp_path, text, labels=1).load()))
    assert np.array_equal(data.features[0][:, 0], np.arange(10_000))
    assert np.array_equal(data.labels[0].argmax(axis=1), np.arange(10_000) % 7)
    assert data.rows(np.array([9_998])).place(0).endswith("d.csv:9999")
    assert message(written(tmp_path, text + "x,1\n", labels=1), tmp_path) == (
        "d.csv:10001: column 0 must be a number, found `x`\nchoose columns of numbers with `features`"
    )


DROP = "\nwrite `missing: drop` to leave such lines out"
NUMBERS = "\nchoose columns of numbers with `features`"
HEADER = "\nwrite `header: true` if this line names the columns, or `skip_lines`"
MARK = "\ndouble a mark that is part of a field, or set `quote` to another"
FROM_0 = "\nlabels count from 0; `classes` gives their number"
BROKEN = [
    ("1,2,0\n1,x,1\n", {"labels": -1}, "d.csv:2: column 1 must be a number, found `x`" + NUMBERS),
    ("1,2,0\n1,,1\n", {"labels": -1}, "d.csv:2: column 1 must be a number, found ``" + DROP),
    ("1,2,0\n1,nan,1\n", {"labels": -1}, "d.csv:2: column 1 must be a finite number, found `nan`" + DROP),
    ("a,b\n1,2\n", {}, "d.csv:1: column 0 must be a number, found `a`" + HEADER),
    ("a,b\n1,?\n", {"header": True}, "d.csv:2: column 1 (`b`) must be a number, found `?`" + DROP),
    ("1,2\n1,2,3\n", {}, "d.csv:2: 3 fields, expected 2\nquote fields that hold a separator"),
    ("a,b\n1,2\n3\n", {"header": True}, "d.csv:3: 1 field, expected 2 as in the header\nis `,` the separator?"),
    ("1;2\n3;4\n", {}, "d.csv:1: column 0 must be a number, found `1;2`" + HEADER),
    ("1,inf\n", {}, "d.csv:1: column 1 must be a finite number, found `inf`\nsingle precision reaches to 3.4e38"),
    ("1,1e39\n", {}, "d.csv:1: column 1 must be a finite number, found `1e39`\nsingle precision reaches to 3.4e38"),
    ("1,1_000\n", {}, "d.csv:1: column 1 must be a number, found `1_000`" + NUMBERS),
    ("", {}, "d.csv holds no examples\ncheck `skip_lines` and `header`"),
    ("a,b\n", {"header": True}, "d.csv holds no examples\ncheck `skip_lines` and `header`"),
    ("1,?\n", {"missing": "drop"}, "d.csv holds no examples\nis there a missing field in every line?"),
    ("1,5\n", {"labels": 1, "classes": 3}, "d.csv:1: the label is 5, expected 0 to 2" + FROM_0),
    ("1,-1\n", {"labels": 1}, "d.csv:1: the label is -1, expected 0 to 0" + FROM_0),
    ("1,1e400\n", {"labels": 1}, "d.csv:1: the label `1e400` is a number, but no class\nwrite `regression: true`"),
    (
        "1,0\n2,7000\n",
        {"labels": 1},
        "d.csv:2: the label 7000 would make 7001 classes of 2 examples\ngive `classes`, or write `regression: true`",
    ),
    (
        "1,18\n2,18.5\n",
        {"labels": 1},
        "d.csv:2: the label `18.5` is a number, but no class\nwrite `regression: true`",
    ),
    (
        "1,0\n2,one\n",
        {"labels": 1},
        "d.csv:2: the label is `one`, the first was `0`: one is a number, the other a word\n"
        "list the names of all classes with `classes`",
    ),
    ("1,a\n2,?\n", {"labels": 1}, "d.csv:2: the label is missing, found `?`" + DROP),
    (
        "1,a\n2,b\n",
        {"labels": 1, "classes": 3},
        "d.csv has 2 different labels (a, b), `classes` says 3\nlist the names of all classes",
    ),
    ("1,2\n", {"labels": 4}, "d.csv has 2 columns, column 4 is asked for\ncolumns count from 0; -1 is the last"),
    ("1,2\n", {"features": "0-2"}, "d.csv has 2 columns, column 2 is asked for\ncolumns count from 0; -1 is the last"),
    ("1,2\n", {"features": "1-0"}, "the range of columns `1-0` runs backwards"),
    ("1,2\n", {"features": [0, "0-1"]}, "column 0 is asked for twice"),
    ("a,b\n1,2\n", {"header": True, "labels": "b", "features": [0, 1]}, "column 1 (`b`) is a feature and a label"),
    ("1,2\n", {"labels": [0, 1]}, "d.csv has no column left for features"),
    ("a,b\n1,2\n", {"labels": "bb", "header": True}, "d.csv has no column `bb`\ndid you mean `b`?"),
    ("a,b\n1,2\n", {"labels": "x", "header": True}, "d.csv has no column `x`\ncolumns: a, b"),
    ("a,a\n1,2\n", {"labels": "a", "header": True}, "d.csv has several columns `a`\ngive their numbers"),
    ("1,2\n", {"labels": "b"}, "d.csv has no column `b`\nwrite `header: true` if the first line names the columns"),
    (
        "1,cat\n2,cow\n",
        {"labels": 1, "classes": ["cat", "dog"]},
        "d.csv:2: the label `cow` is none of the classes\nclasses: cat, dog",
    ),
    (
        "1,cat\n2,dgo\n",
        {"labels": 1, "classes": ["cat", "dog"]},
        "d.csv:2: the label `dgo` is none of the classes\ndid you mean `dog`?",
    ),
    ("1,2\n3,4\n", {"rows": [1, 5]}, "`rows: [1, 5]` of 2 examples\nthe second number is at most 2"),
    ('0,1\n1,"2\n3,4\n', {}, 'd.csv:2: a quotation mark " is opened and never closed' + MARK),
    ('0,1\n1,"2"3\n', {}, 'd.csv:2: text follows a closing quotation mark "' + MARK),
    ("1,2\0\n", {}, "d.csv is a binary file, not text"),
    ("1,2\n", {"encoding": "latin-77"}, "no encoding is called `latin-77`\nfor example utf-8 or latin-1"),
]


@pytest.mark.parametrize(("text", "keys", "expected"), BROKEN)
def test_broken_rows(tmp_path, text, keys, expected):
    assert message(written(tmp_path, text, **keys), tmp_path) == expected


CONTRADICTIONS = [
    ({"regression": True}, "a regression needs `labels`, the columns to learn"),
    ({"regression": True, "labels": 1, "classes": 3}, "`classes` are for labels that `regression` says are numbers"),
    ({"classes": 3}, "`classes` need `labels`, the column that holds them"),
    ({"classes": ["a", "b", "a"], "labels": 1}, "the class `a` stands twice"),
    ({"classes": [], "labels": 1}, "the list of classes is empty"),
    ({"quote": ";", "delimiter": ";"}, "`quote` and `delimiter` are the same character"),
    ({"rows": [5, 5]}, "the first number must be smaller than the second"),
]


@pytest.mark.parametrize(("keys", "expected"), CONTRADICTIONS)
def test_contradictions(keys, expected):
    with pytest.raises(ValidationError) as error:
        Csv(path="d.csv", **keys)
    assert error.value.errors()[0]["msg"] == expected


def test_missing_file_names_its_neighbour(tmp_path):
    (tmp_path / "iris.csv").write_text("1,2\n")
    reader = Csv(path=str(tmp_path / "irs.csv"))
    assert message(reader, tmp_path) == "there is no file irs.csv\ndid you mean `iris.csv`?"


def test_encodings(tmp_path):
    path = tmp_path / "d.csv"
    path.write_bytes("1,a\n2,größe\n".encode("latin-1"))
    assert message(Csv(path=str(path), labels=1), tmp_path) == (
        "d.csv:2: byte 0xf6 is not utf-8 text\nset `encoding`, for example latin-1"
    )
    assert Csv(path=str(path), labels=1, encoding="latin-1").load().class_names == ("a", "größe")
    path.write_bytes("\ufeff1,2\n".encode())
    assert Csv(path=str(path)).load().features[0].tolist() == [[1, 2]]


def test_a_line_may_be_a_series(tmp_path):
    reader = written(tmp_path, "up,1,2,3\ndown,6,5,4\n", labels=0, series=True)
    data = reader.load()
    assert data.features[0].tolist() == [[[1, 2, 3]], [[6, 5, 4]]]
    assert data.labels[0].tolist() == [[0, 1], [1, 0]]
    scaled = data.normalized(Standardize().fit(data)).features[0]  # one mean for all steps
    assert np.allclose(scaled, (data.features[0] - 3.5) / np.std(range(6)))
    check_round_trip(reader)
