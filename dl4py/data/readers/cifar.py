"""Small photos in 10 or 100 classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from dl4py.data.classes import from_numbers, one_hot
from dl4py.data.dataset import Dataset
from dl4py.data.files import content, decoded
from dl4py.data.images import ColorOrder
from dl4py.data.places import Lines
from dl4py.data.readers.base import Reader, reader
from dl4py.errors import DataError
from dl4py.spec import FilePath, Flag, key

IMAGE = 3 * 32 * 32
FILES = {
    (10, "train"): tuple(f"data_batch_{i}.bin" for i in range(1, 6)),
    (10, "test"): ("test_batch.bin",),
    (100, "train"): ("train.bin",),
    (100, "test"): ("test.bin",),
}
SOURCE = "unpack cifar-{}-binary.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html into the folder"


@reader("cifar", java="org.deeplearning4j.datasets.iterator.impl.Cifar10DataSetIterator")
class Cifar(Reader):
    """The binary files of CIFAR-10 or CIFAR-100 in a folder; 50,000 examples of `train`, 10,000 of `test`.

    Features `[n, 3, 32, 32]`, 0 to 255; labels `[n, 10]`, `[n, 100]`, or `[n, 20]` with `coarse`.

    Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
    """

    for_testing: ClassVar[dict[str, Any]] = {"set": "test"}

    path: FilePath = key("Folder with the files `*.bin`.")
    set: Literal["train", "test"] = key("Which examples; `test` for a test part.", default="train")
    coarse: Flag = key("The 20 groups of CIFAR-100 instead of its 100 classes.", default=False)
    color_order: ColorOrder = key("Order of the colours; DL4J's is `bgr`.", default="bgr")

    def load(self) -> Dataset:
        kind, files = self._files()
        heads = 1 if kind == 10 else 2  # of CIFAR-100 the group stands before the class
        parts = [self._records(file, heads) for file in files]
        records = np.concatenate(parts)
        names = self._names(kind)
        place = Lines(  # records count as lines do: from 1
            tuple(map(str, files)),
            tuple(np.cumsum([0, *map(len, parts[:-1])]).tolist()),
            np.concatenate([np.arange(1, len(part) + 1) for part in parts]),
        )
        column = 0 if kind == 10 or self.coarse else 1
        numbers, names = from_numbers(records[:, column].astype(np.int64), names, place)
        pixels = records[:, heads:].reshape(-1, 3, 32, 32)
        x = pixels[:, ::-1] if self.color_order == "bgr" else pixels
        return self.part(Dataset((np.ascontiguousarray(x),), (one_hot(numbers, len(names)),), names, place))

    def _files(self) -> tuple[int, list[Path]]:
        """10 or 100, and the files that are there; some of the five of CIFAR-10 are enough."""
        folder = Path(self.path)
        for kind in (100, 10):
            files = [folder / name for name in FILES[kind, self.set] if (folder / name).is_file()]
            if files and (kind == 100 or not self.coarse):
                return kind, files
        kind = 100 if self.coarse else 10
        what = f"holds no {FILES[kind, self.set][0]}" if folder.is_dir() else "is no folder"
        raise DataError(f"{folder} {what}", at=self.mark("path"), hint=SOURCE.format(kind))

    def _records(self, file: Path, heads: int) -> np.ndarray:
        data = content(file, self.mark("path"))
        size = heads + IMAGE
        if not data or len(data) % size:
            raise DataError(
                f"{file} has {len(data)} bytes, expected a multiple of {heads} + 3 x 32 x 32",
                at=self.mark("path"),
                hint="fetch it again",
            )
        return np.frombuffer(data, np.uint8).reshape(-1, size)

    def _names(self, kind: int) -> tuple[str, ...] | int:
        """Names of the classes: as written, as the text file beside the images has them, else numbers."""
        if self.classes is not None:
            return self.classes
        file, count = {
            (10, False): ("batches.meta.txt", 10),
            (100, False): ("fine_label_names.txt", 100),
            (100, True): ("coarse_label_names.txt", 20),
        }[kind, self.coarse]
        path = Path(self.path) / file
        if not path.is_file():
            return count
        names = tuple(decoded(content(path, self.mark("path")), str(path)).split())
        if len(names) != count:
            raise DataError(f"{path} names {len(names)} classes, expected {count}", at=self.mark("path"))
        return names
