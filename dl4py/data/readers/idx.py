"""The idx files of MNIST and its kin."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from dl4py.data.classes import from_numbers, one_hot
from dl4py.data.dataset import Dataset
from dl4py.data.files import missing
from dl4py.data.idx import read_idx
from dl4py.data.places import Numbered
from dl4py.data.readers.base import Reader, reader
from dl4py.errors import DataError
from dl4py.spec import FilePath, Flag, key

SETS = ("train", "t10k")


@reader("idx", java="org.deeplearning4j.datasets.iterator.impl.MnistDataSetIterator")
class Idx(Reader):
    """Images and labels in two idx files, plain or gzipped. Pixels stay 0 to 255; a normalizer scales them.

    Features `[n, height * width]` or `[n, 1, height, width]`, labels `[n, classes]`. Plain files are mapped, not read
    into memory.

    LeCun, Cortes and Burges, "The MNIST database of handwritten digits", 1998.
    """

    for_testing: ClassVar[dict[str, Any]] = {"set": "t10k"}

    path: FilePath | None = key(
        "Folder with MNIST's file names, or the file of images beside that of labels.", default=None
    )
    set: Literal["train", "t10k"] | None = key(
        "Which of MNIST's sets to take from a folder. When absent: `t10k` for a test part; else `train`, or `t10k` "
        "where that is all there is.",
        default=None,
    )
    features: FilePath | None = key("File of images.", default=None)
    labels: FilePath | None = key(
        "File of labels; beside the images of `path` when absent, none of `features`.", default=None
    )
    flatten: Flag = key("Images as rows `[n, height * width]`; otherwise `[n, 1, height, width]`.", default=True)

    @field_validator("features")
    @classmethod
    def _from_somewhere(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("path", "") is None:
            raise PydanticCustomError("idx_files", "`idx` needs `path`, or `features` and `labels`")
        return value

    def load(self) -> Dataset:
        images, labels = self._paths()
        pixels = read_idx(images)
        if pixels.ndim < 2:
            raise DataError(
                f"{images} holds a list of {len(pixels)} numbers, no images",
                at=self.mark("features" if self.features else "path"),
                hint="is it the file of labels?",
            )
        n, *sizes = pixels.shape
        shape = (int(np.prod(sizes)),) if self.flatten else (1, *sizes) if len(sizes) == 2 else tuple(sizes)
        features = (pixels.reshape(n, *shape),)
        if labels is None:
            return self.part(Dataset(features, place=Numbered(f"{images}: image")))
        numbers = read_idx(labels)
        if numbers.ndim != 1 or numbers.dtype.kind == "f":
            raise DataError(f"{labels} holds no list of whole numbers", hint="is it the file of images?")
        if len(numbers) != n:
            raise DataError(
                f"{images} holds {n} images, {labels} {len(numbers)} labels", hint="do the two files belong together?"
            )
        index, names = from_numbers(numbers.astype(np.int64), self.classes, Numbered(f"{labels}: image"))
        return self.part(Dataset(features, (one_hot(index, len(names)),), names, Numbered(f"{images}: image")))

    def _paths(self) -> tuple[Path, Path | None]:
        labels = Path(self.labels) if self.labels else None
        if self.features is not None:
            images = Path(self.features)
            return images, labels or (self._labels_beside(images) if self.path else None)
        images = self._images(Path(self.path or ""))
        return images, labels or self._labels_beside(images)

    def _images(self, path: Path) -> Path:
        if not path.is_dir():
            if not path.exists():
                raise missing(path, self.mark("path"))
            return path
        sets = SETS if self.set is None else (self.set,)
        for name in sets:
            if images := _packed_or_plain(path, f"{name}-images-idx3-ubyte"):
                return images
        expected = " or ".join(f"{name}-images-idx3-ubyte.gz" for name in sets)
        there = [name for name in SETS if _packed_or_plain(path, f"{name}-images-idx3-ubyte")]
        raise DataError(
            f"{path} holds no {expected}",
            at=self.mark("path"),
            hint=f"`set: {there[0]}` takes the set that is there" if there else "name the file of images itself",
        )

    def _labels_beside(self, images: Path) -> Path:
        name = images.name.removesuffix(".gz").replace("images", "labels").replace("idx3", "idx1")
        found = _packed_or_plain(images.parent, name)
        if found is None or found.name == images.name:
            raise DataError(
                f"there is no file {name} beside {images}",
                at=self.mark("path"),
                hint="name the file of labels with `labels`; `features` alone reads images without labels",
            )
        return found


def _packed_or_plain(folder: Path, name: str) -> Path | None:
    """The file of that name, plain or gzipped, also as `.idx3-ubyte`."""
    for stem in (name, name.replace("-idx", ".idx")):
        for ending in ("", ".gz"):
            if (folder / f"{stem}{ending}").is_file():
                return folder / f"{stem}{ending}"
    return None
