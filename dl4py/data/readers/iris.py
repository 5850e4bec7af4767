"""Three kinds of irises."""

from __future__ import annotations

from pathlib import Path

from dl4py.data.dataset import Dataset
from dl4py.data.files import content, decoded
from dl4py.data.readers.base import Reader, reader
from dl4py.data.readers.csv import Csv
from dl4py.data.table import numeric
from dl4py.errors import DataError
from dl4py.spec import FilePath, key

SOURCE = "fetch iris.data of https://archive.ics.uci.edu/dataset/53/iris"


@reader("iris", java="org.deeplearning4j.datasets.iterator.impl.IrisDataSetIterator")
class Iris(Reader):
    """Length and width of sepal and petal in centimetres, and the kind, by name or number, with or without a header.

    Features `[150, 4]`, labels `[150, 3]`.

    Fisher, "The Use of Multiple Measurements in Taxonomic Problems", 1936.
    """

    path: FilePath = key("The file `iris.data` of UCI, `iris.csv`, or DL4J's `iris.dat`.")

    def load(self) -> Dataset:
        path = Path(self.path)
        if not path.is_file():
            raise DataError(f"there is no file {path}", at=self.mark("path"), hint=SOURCE)
        first = decoded(content(path, self.mark("path")), str(path)).partition("\n")[0].split(",")
        if len(first) != 5:
            raise DataError(
                f"{path}:1: {len(first)} field{'s' if len(first) > 1 else ''}, expected 5",
                at=self.mark("path"),
                hint=SOURCE,
            )
        header = not numeric(first[0])
        return Csv(path=self.path, header=header, labels=(-1,), classes=self.classes, rows=self.rows).load()
