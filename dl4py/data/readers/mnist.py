"""Handwritten digits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from dl4py.data.dataset import Dataset
from dl4py.data.readers.base import Reader, reader
from dl4py.data.readers.idx import Idx
from dl4py.errors import DataError
from dl4py.spec import FilePath, Flag, key

NAMES: dict[str, Literal["train", "t10k"]] = {"train": "train", "test": "t10k"}
SOURCE = "fetch the four files of https://storage.googleapis.com/cvdf-datasets/mnist/ into the folder"
BLACK = 30  # DL4J's limit


@reader("mnist")
class Mnist(Reader):
    """The files of MNIST in a folder, plain or gzipped; 60,000 examples of `train`, 10,000 of `test`.

    Features `[n, 784]` or `[n, 1, 28, 28]`, 0 to 255, which the normalizer `image_scaler` brings to DL4J's 0 to 1;
    labels `[n, 10]`.

    LeCun, Cortes and Burges, "The MNIST database of handwritten digits", 1998.
    """

    for_testing: ClassVar[dict[str, Any]] = {"set": "test"}

    path: FilePath = key("Folder with MNIST's files.")
    set: Literal["train", "test"] = key("Which examples; `test` for a test part.", default="train")
    flatten: Flag = key("Images as rows `[n, 784]`; otherwise `[n, 1, 28, 28]`.", default=True)
    binarize: Flag = key("1 where a pixel is above 30, else 0.", default=False)

    def load(self) -> Dataset:
        name = f"{NAMES[self.set]}-images"
        folder = Path(self.path)
        if not folder.is_dir() or not any(folder.glob(f"{name}*")):
            what = f"{folder} holds no {name}-idx3-ubyte.gz" if folder.is_dir() else f"there is no folder {folder}"
            raise DataError(what, at=self.mark("path"), hint=SOURCE)
        classes = self.classes or 10
        data = Idx(path=self.path, set=NAMES[self.set], flatten=self.flatten, classes=classes, rows=self.rows).load()
        if not self.binarize:
            return data
        return replace(data, features=((np.asarray(data.features[0]) > BLACK).astype(np.uint8),))
