from pathlib import Path

import numpy as np
import pytest

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
    assert np.allclose(data.features[0], raw[:, :4])
    assert np.array_equal(data.labels[0].argmax(axis=1), raw[:, 4].astype(int))
    assert data.class_names == ("0", "1", "2")
    assert data.place(7).endswith("iris.csv:8")


def test_names_words_and_gaps():
    numeric = ("cylinders", "displacement", "horsepower", "weight", "acceleration", "model_year")
    reader = Csv(
        path=str(FILES / "mpg.csv"), header=True, labels="mpg", features=numeric, regression=True, missing="drop"
    )
    data = reader.load()
    assert data.features[0].shape == (392, 6)
    assert data.labels[0].shape == (392, 1)
    origin = Csv(path=str(FILES / "mpg.csv"), header=True, labels="origin", features=("mpg",)).load()
    assert origin.class_names == ("europe", "japan", "usa")


def test_class_names_name_numbers(tmp_path):
    data = written(tmp_path, "1,0\n2,1\n", labels=1, classes=["cat", "dog"]).load()
    assert data.class_names == ("cat", "dog")


def test_quotes_gzip_and_rows(tmp_path):
    import gzip

    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b'"1.5";2\n3;4\n5;6\n'))
    data = Csv(path=str(tmp_path / "d.csv.gz"), delimiter=";", rows=(1, 3)).load()
    assert np.array_equal(data.features[0], [[3, 4], [5, 6]])


def test_a_folder_is_read_in_the_order_of_names(tmp_path):
    (tmp_path / "b.csv").write_text("3,4\n")
    (tmp_path / "a.csv").write_text("1,2\n")
    assert np.array_equal(Csv(path=str(tmp_path)).load().features[0], [[1, 2], [3, 4]])
    assert np.array_equal(Csv(path=str(tmp_path / "b*.csv")).load().features[0], [[3, 4]])


BROKEN = [
    (
        "1,2,0\n1,x,1\n",
        {"labels": -1},
        "d.csv:2: column 2 must be a number, found `x`\nchoose columns of numbers with `features`",
    ),
    (
        "1,2,0\n1,,1\n",
        {"labels": -1},
        "d.csv:2: column 2 must be a number, found ``\nwrite `missing: drop` to leave such lines out",
    ),
    (
        "a,b\n1,2\n",
        {},
        "d.csv:1: column 1 must be a number, found `a`\nwrite `header: true` if the first line names the columns, or `skip_lines: 1`",
    ),
    (
        "a,b\n1,?\n",
        {"header": True},
        "d.csv:2: column 2 (`b`) must be a number, found `?`\nwrite `missing: drop` to leave such lines out",
    ),
    ("1,2\n1,2,3\n", {}, "d.csv:2: 3 fields, expected 2\na field with a separator needs quotes"),
    (
        "1;2\n1\n",
        {},
        "d.csv:1: column 1 must be a number, found `1;2`\nwrite `header: true` if the first line names the columns, or `skip_lines: 1`",
    ),
    ("1,inf\n", {}, "d.csv:1: column 2 must be a finite number, found `inf`"),
    ("", {}, "d.csv holds no examples\ncheck `skip_lines` and `header`"),
    (
        "1,5\n",
        {"labels": 1, "classes": 3},
        "d.csv:1: the label is 5, expected 0 to 2\nlabels count from 0; `classes` gives their number",
    ),
    ("1,2\n", {"labels": 4}, "d.csv has 2 columns, column 4 is asked for\ncolumns count from 0; -1 is the last"),
    ("a,b\n1,2\n", {"labels": "bb", "header": True}, "d.csv has no column `bb`\ndid you mean `b`?"),
    ("1,2\n", {"labels": "b"}, "d.csv has no column `b`\nwrite `header: true` if the first line names the columns"),
    (
        "1,cat\n2,cow\n",
        {"labels": 1, "classes": ["cat", "dog"]},
        "d.csv:2: the label `cow` is none of the classes\nclasses: cat, dog",
    ),
    ("1,2\n3,4\n", {"rows": [1, 5]}, "`rows: [1, 5]` of 2 examples\ngive two numbers from 0 to 2, the smaller first"),
]


@pytest.mark.parametrize(("text", "keys", "expected"), BROKEN)
def test_broken_rows(tmp_path, text, keys, expected):
    assert message(written(tmp_path, text, **keys), tmp_path) == expected


def test_missing_file_names_its_neighbour(tmp_path):
    (tmp_path / "iris.csv").write_text("1,2\n")
    reader = Csv(path=str(tmp_path / "irs.csv"))
    assert message(reader, tmp_path) == "there is no file irs.csv\ndid you mean `iris.csv`?"


def test_binary_and_other_encodings(tmp_path):
    (tmp_path / "d.csv").write_bytes("1,größe\n".encode("latin-1"))
    assert "is not utf-8 text" in message(Csv(path=str(tmp_path / "d.csv")), tmp_path)
    (tmp_path / "d.csv").write_bytes(b"1,2\0\n")
    assert message(Csv(path=str(tmp_path / "d.csv")), tmp_path) == "d.csv is a binary file, not text"
