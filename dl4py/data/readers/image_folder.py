"""Images in folders, one folder for each class."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np

from dl4py.data.classes import one_hot
from dl4py.data.dataset import Dataset
from dl4py.data.drawn import ImageFiles
from dl4py.data.files import missing
from dl4py.data.images import ENDINGS, ColorOrder
from dl4py.data.readers.base import Reader, reader
from dl4py.data.transforms import Transform
from dl4py.errors import DataError
from dl4py.spec import AsTuple, FilePath, Size, key


@reader("image_folder", java="org.datavec.image.recordreader.ImageRecordReader")
class ImageFolder(Reader):
    """Images by class: `path/cat/1.jpg`, `path/dog/2.png`; classes are in the order of their folders' names.

    Features `[n, channels, height, width]`, 0 to 255; a normalizer scales them. Labels `[n, classes]`. Transforms come
    first, then the image is brought to `height` x `width`. Random transforms are drawn anew in each epoch of training,
    from `data.seed`; validation and test parts see images without them.
    """

    path: FilePath = key("Folder with a folder for each class.")
    height: Size = key("Height of the features in pixels.")
    width: Size = key("Width of the features in pixels.")
    channels: Literal[1, 3, 4] = key("1 for grey values, 3 for colours, 4 with transparency.", default=3)
    color_order: ColorOrder = key("Order of the colours; DL4J's is `bgr`.", default="bgr")
    transforms: Annotated[tuple[Transform, ...], AsTuple] = key("What is done to each image, in order.", default=())

    def load(self) -> Dataset:
        folders = self._folders()
        names = self._names(folders)
        found = [(file, names.index(folder.name)) for folder in folders for file in self._images(folder)]
        found = found[self.span(len(found))]
        files, numbers = tuple(str(file) for file, _ in found), np.array([number for _, number in found])
        images = ImageFiles(files, self.height, self.width, self.channels, self.color_order, self.transforms)
        return images.dataset(one_hot(numbers, len(names)), names)

    def _folders(self) -> list[Path]:
        path = Path(self.path)
        if not path.is_dir():
            if path.exists():
                raise DataError(f"{path} is a file, not a folder of classes", at=self.mark("path"))
            raise missing(path, self.mark("path"))
        folders = sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))
        if not folders:
            raise DataError(
                f"{path} holds no folders of classes",
                at=self.mark("path"),
                hint="put the images of each class into a folder of its name",
            )
        return folders

    def _names(self, folders: list[Path]) -> tuple[str, ...]:
        names = tuple(folder.name for folder in folders)
        if isinstance(self.classes, tuple):
            for folder in folders:
                if folder.name not in self.classes:
                    raise DataError(
                        f"{folder}: the folder is none of the classes", hint=f"classes: {', '.join(self.classes)}"
                    )
            return self.classes
        if self.classes is not None and self.classes != len(names):
            raise DataError(
                f"{self.path} holds {len(names)} folders, `classes` says {self.classes}", at=self.mark("classes")
            )
        return names

    def _images(self, folder: Path) -> list[Path]:
        images = sorted(
            p for p in folder.iterdir() if p.suffix.lower() in ENDINGS and not p.name.startswith((".", "_"))
        )
        if not images:
            raise DataError(
                f"{folder} holds no images",
                at=self.mark("path"),
                hint=f"endings of images: {', '.join(sorted(ENDINGS))}",
            )
        return images
