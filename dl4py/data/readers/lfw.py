"""Labeled Faces in the Wild."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from dl4py.data.classes import one_hot
from dl4py.data.dataset import Dataset
from dl4py.data.drawn import ImageFiles
from dl4py.data.folders import class_folders, images_of
from dl4py.data.image_form import ImageForm
from dl4py.data.readers.base import Reader, reader
from dl4py.errors import DataError
from dl4py.spec import FilePath, Size, key

SOURCE = "unpack lfw.tgz of http://vis-www.cs.umass.edu/lfw/: 13,233 photos of 5,749 people, a folder for each"


@reader("lfw", java="org.deeplearning4j.datasets.iterator.impl.LFWDataSetIterator")
class Lfw(Reader, ImageForm):
    """Faces in a folder for each person, `lfw/Aaron_Eckhart/Aaron_Eckhart_0001.jpg`.

    Features `[n, channels, height, width]`, 0 to 255, labels `[n, people]`.

    Huang, Ramesh, Berg and Learned-Miller, "Labeled Faces in the Wild", 2007.
    """

    path: FilePath = key("The folder `lfw`.")
    height: Size = key("Height of the features in pixels.", default=250)
    width: Size = key("Width of the features in pixels.", default=250)
    channels: Literal[1, 3] = key("1 for grey values, 3 for colours.", default=3)
    min_images: Size = key("People with fewer photos are left out.", default=1)

    def load(self) -> Dataset:
        at = self.mark("path")
        if not Path(self.path).is_dir():
            raise DataError(f"there is no folder {self.path}", at=at, hint=SOURCE)
        people = {folder.name: images_of(folder, at) for folder in class_folders(Path(self.path), at)}
        known = self.classes if isinstance(self.classes, tuple) else tuple(people)
        people = {name: files for name, files in people.items() if len(files) >= self.min_images and name in known}
        if not people:
            raise DataError(f"nobody in {self.path} has {self.min_images} photos", at=self.mark("min_images"))
        names = known if isinstance(self.classes, tuple) else tuple(people)
        if isinstance(self.classes, int) and self.classes != len(names):
            raise DataError(
                f"{self.path} holds {len(names)} people, `classes` says {self.classes}", at=self.mark("classes")
            )
        found = [(str(file), names.index(name)) for name, files in people.items() for file in files]
        files, numbers = zip(*found[self.span(len(found))], strict=True)
        return ImageFiles(files, ImageForm.of(self)).dataset(one_hot(np.array(numbers), len(names)), names)
