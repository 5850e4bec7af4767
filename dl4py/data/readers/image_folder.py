"""Images in folders, one folder for each class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dl4py.data.classes import one_hot
from dl4py.data.dataset import Dataset
from dl4py.data.drawn import ImageFiles
from dl4py.data.folders import class_folders, images_of
from dl4py.data.image_form import ImageForm
from dl4py.data.readers.base import Reader, reader
from dl4py.errors import DataError
from dl4py.spec import FilePath, key


@reader("image_folder", java="org.datavec.image.recordreader.ImageRecordReader")
class ImageFolder(Reader, ImageForm):
    """Images by class: `path/cat/1.jpg`, `path/dog/2.png`; classes are in the order of their folders' names.

    Features `[n, channels, height, width]`, 0 to 255; a normalizer scales them. Labels `[n, classes]`. Transforms come
    first, then the image is brought to `height` x `width`. Random transforms are drawn anew in each epoch of training,
    from `data.seed`; validation and test parts see images without them.
    """

    path: FilePath = key("Folder with a folder for each class.")

    def load(self) -> Dataset:
        at = self.mark("path")
        folders = class_folders(Path(self.path), at)
        names = self.names_of([folder.name for folder in folders])
        found = [(str(file), names.index(folder.name)) for folder in folders for file in images_of(folder, at)]
        files, numbers = zip(*found[self.span(len(found))], strict=True)
        return ImageFiles(files, ImageForm.of(self)).dataset(one_hot(np.array(numbers), len(names)), names)

    def names_of(self, folders: Sequence[str]) -> tuple[str, ...]:
        """The names of the classes, of folders with these names."""
        if isinstance(self.classes, tuple):
            for folder in folders:
                if folder not in self.classes:
                    raise DataError(
                        f"{self.path}/{folder}: the folder is none of the classes",
                        hint=f"classes: {', '.join(self.classes)}",
                    )
            return self.classes
        if self.classes is not None and self.classes != len(folders):
            raise DataError(
                f"{self.path} holds {len(folders)} folders, `classes` says {self.classes}", at=self.mark("classes")
            )
        return tuple(folders)
