"""The idx files of MNIST and its kin."""

from __future__ import annotations

import struct
from math import prod
from pathlib import Path

import numpy as np

from dl4py.data.dataset import Dataset
from dl4py.data.readers.base import Reader, content, missing, reader
from dl4py.errors import DataError
from dl4py.spec import FilePath, Flag, Size, key

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
SETS = ("train", "t10k")


@reader("idx", java="org.deeplearning4j.datasets.iterator.impl.MnistDataSetIterator")
class Idx(Reader):
    """Images and labels in two idx files, plain or gzipped. Pixels stay 0 to 255; a normalizer scales them.

    LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
    """

    path: FilePath | None = key(
        "Folder with MNIST's file names, or the file of images beside that of labels.", default=None
    )
    features: FilePath | None = key("File of images.", default=None)
    labels: FilePath | None = key("File of labels; none when absent.", default=None)
    classes: Size | None = key("Number of classes; found when absent.", default=None)
    flatten: Flag = key("Images as rows `[n, height * width]`; otherwise `[n, 1, height, width]`.", default=True)

    def load(self) -> Dataset:
        images, labels = self._paths()
        pixels = read_idx(images)
        if pixels.ndim < 2:
            raise DataError(f"{images} holds {pixels.ndim}-dimensional data, images have at least 2 dimensions")
        features = pixels.astype(np.float32)
        n = len(features)
        features = features.reshape(n, -1) if self.flatten else features.reshape(n, *_image(features.shape))
        place = lambda i: f"{images}: image {i}"  # noqa: E731
        if labels is None:
            return self.part(Dataset((features,), place=place))
        index = read_idx(labels).reshape(-1).astype(np.int64)
        if len(index) != n:
            raise DataError(
                f"{images} holds {n} images, {labels} {len(index)} labels", hint="do the two files belong together?"
            )
        count = self.classes or int(index.max(initial=0)) + 1
        wrong = np.flatnonzero((index < 0) | (index >= count))
        if len(wrong):
            raise DataError(
                f"{labels}: label {wrong[0]} is {index[wrong[0]]}, expected 0 to {count - 1}", at=self.mark("classes")
            )
        one_hot = np.zeros((n, count), np.float32)
        one_hot[np.arange(n), index] = 1.0
        return self.part(Dataset((features,), (one_hot,), tuple(str(i) for i in range(count)), place))

    def _paths(self) -> tuple[Path, Path | None]:
        if self.features is not None:
            return Path(self.features), Path(self.labels) if self.labels else None
        if self.path is None:
            raise DataError("`idx` needs `path`, or `features` and `labels`", at=self.mark())
        path = Path(self.path)
        if path.is_dir():
            for name in SETS:
                images = _with_ending(path / f"{name}-images-idx3-ubyte")
                if images:
                    return images, Path(self.labels) if self.labels else _labels_beside(images)
            raise DataError(
                f"{path} holds no MNIST files",
                at=self.mark("path"),
                hint="expected train-images-idx3-ubyte.gz or t10k-images-idx3-ubyte.gz and the labels beside it",
            )
        if not path.exists():
            raise missing(path)
        return path, Path(self.labels) if self.labels else _labels_beside(path)


def _image(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (1, *shape[1:]) if len(shape) == 3 else shape[1:]


def _with_ending(path: Path) -> Path | None:
    for candidate in (path, path.with_name(path.name + ".gz"), path.with_name(path.name.replace("-idx", ".idx"))):
        if candidate.exists():
            return candidate
    return None


def _labels_beside(images: Path) -> Path:
    name = images.name.replace("images", "labels").replace("idx3", "idx1")
    stem = name.removesuffix(".gz")
    for candidate in (images.with_name(name), images.with_name(stem), images.with_name(stem + ".gz")):
        if candidate != images and candidate.exists():
            return candidate
    raise DataError(
        f"there is no file of labels beside {images}: expected {name}",
        hint="name it with `labels`, or write `features` alone for images without labels",
    )


def read_idx(path: Path) -> np.ndarray:
    """The array of an idx file; raises `DataError` naming the byte offset of what is wrong."""
    data = content(path)
    if len(data) < 4 or data[0] != 0 or data[1] != 0:
        raise DataError(
            f"{path}: no idx file, bytes 0 and 1 must be 0", hint="an idx file begins 00 00 08 03 for images"
        )
    if data[2] not in TYPES:
        raise DataError(f"{path}: unknown number type 0x{data[2]:02x} at byte 2")
    dimensions = data[3]
    start = 4 + 4 * dimensions
    if not 1 <= dimensions <= 8 or len(data) < start:
        raise DataError(f"{path}: {dimensions} dimensions at byte 3, but the file has {len(data)} bytes")
    shape = struct.unpack(f">{dimensions}I", data[4:start])
    kind = np.dtype(TYPES[data[2]])
    expected = start + prod(shape) * kind.itemsize
    if len(data) != expected:
        what = "is cut off" if len(data) < expected else "is too long"
        raise DataError(
            f"{path} {what}: {' x '.join(map(str, shape))} values of {kind.itemsize} bytes end at byte {expected}, "
            f"the file at byte {len(data)}",
            hint="fetch it again",
        )
    return np.frombuffer(data, kind, offset=start).reshape(shape)
