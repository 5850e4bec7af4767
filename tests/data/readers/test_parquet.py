import sys

import numpy as np
import pytest

from dl4py.data.readers.base import READERS
from dl4py.errors import DataError, DL4PyError


def reader(**keys):
    return READERS.make("parquet", **keys)


def test_without_pyarrow_the_message_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(DL4PyError) as caught:
        reader(path=str(tmp_path)).load()
    assert str(caught.value) == "reading Parquet on one machine needs the package pyarrow"
    assert caught.value.hint.startswith("pip install 'dl4py[parquet]'")


def test_rows_become_examples(tmp_path):
    arrow, tables = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    for k in range(2):
        columns = {"a": [1.5, 2.5], "more": [[3, 4], [5, 6]], "kind": ["red", "blue"], "size": [k, 1 + k]}
        tables.write_table(arrow.table(columns), tmp_path / f"part-{k}.parquet")
    data = reader(path=str(tmp_path), labels=("kind",), features=("a", "more")).load()
    assert np.array_equal(data.features[0], [[1.5, 3, 4], [2.5, 5, 6]] * 2)
    assert np.array_equal(data.labels[0], [[0, 1], [1, 0]] * 2)
    assert data.class_names == ("blue", "red")
    regression = reader(path=str(tmp_path), labels=("size",), features=("a",), regression=True).load()
    assert np.array_equal(regression.labels[0], [[0], [1], [1], [2]])


@pytest.mark.parametrize("kind", ["float32", "float64", "int8", "uint16", "int64", "list"])
def test_plain_numbers_and_lists_are_the_same_numbers(tmp_path, kind):
    arrow, tables = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    values = np.arange(5) * 3
    held = arrow.array([[v] for v in values.tolist()]) if kind == "list" else arrow.array(values.astype(kind))
    tables.write_table(arrow.table({"a": held, "b": [0.5] * 5}), tmp_path / "x.parquet", row_group_size=2)
    data = reader(path=str(tmp_path / "x.parquet"), features=("a", "b")).load()
    assert data.features[0].dtype == np.float32
    assert np.array_equal(data.features[0], np.stack([values, np.full(5, 0.5)], axis=1))


@pytest.mark.parametrize(("value", "said"), [(None, "has no value in row 1"), (float("inf"), "is not finite in row 1")])
def test_gaps_are_named(tmp_path, value, said):
    arrow, tables = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "x.parquet"
    tables.write_table(arrow.table({"a": [1.0, value], "b": [0.0, 1.0]}), path)
    with pytest.raises(DataError) as caught:
        reader(path=str(path), features=("a",), labels=("b",), regression=True).load()
    assert str(caught.value) == f"{path}: column `a` {said}"


def test_columns_are_found_by_name():
    read = reader(path="x", labels=("kind",))
    assert read.columns(["a", "kind", "b"], "x") == (["a", "b"], ["kind"])
    for names, features, message in (
        (["a"], None, "x has no column `kind`"),
        (["a", "kind"], ("kind",), "column `kind` is a feature and a label"),
        (["kind"], None, "x has no column left for features"),
    ):
        with pytest.raises(DataError) as caught:
            reader(path="x", labels=("kind",), features=features).columns(names, "x")
        assert str(caught.value) == message
