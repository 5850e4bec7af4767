from pathlib import Path

import numpy as np
import pytest
from contract import check_round_trip

from dl4py.data.readers.iris import Iris
from dl4py.errors import DataError

FILE = Path(__file__).parents[1] / "files" / "iris.csv"
HINT = "fetch iris.data of https://archive.ics.uci.edu/dataset/53/iris"


def test_numbers_of_kinds():
    data = Iris(path=str(FILE)).load()
    table = np.loadtxt(FILE, delimiter=",")
    assert np.array_equal(data.features[0], table[:, :4].astype("f"))
    assert np.array_equal(data.labels[0].argmax(axis=1), table[:, 4])
    check_round_trip(Iris(path="a", rows=(0, 9)))


@pytest.mark.parametrize("header", ["", "sepal_length,sepal_width,petal_length,petal_width,species\n"])
def test_names_of_kinds(tmp_path, header):
    (tmp_path / "iris").write_text(header + "5.1,3.5,1.4,0.2,Iris-setosa\n7.0,3.2,4.7,1.4,Iris-versicolor\n\n")
    data = Iris(path=str(tmp_path / "iris")).load()
    assert data.class_names == ("Iris-setosa", "Iris-versicolor")
    assert data.features[0][1].tolist() == np.array([7, 3.2, 4.7, 1.4], "f").tolist()


def test_where_to_get_it(tmp_path):
    (tmp_path / "page.html").write_text("<html>\n")
    for name, expected in (
        ("iris.data", "there is no file {}/iris.data"),
        ("page.html", "{}/page.html:1: 1 field, expected 5"),
    ):
        with pytest.raises(DataError) as error:
            Iris(path=str(tmp_path / name)).load()
        assert (str(error.value), error.value.hint) == (expected.format(tmp_path), HINT)
