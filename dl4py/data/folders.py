"""Folders of images, one for each class."""

from __future__ import annotations

from pathlib import Path

from dl4py.data.files import missing
from dl4py.data.images import ENDINGS
from dl4py.errors import DataError
from dl4py.spec import Mark


def class_folders(path: Path, at: Mark | None) -> list[Path]:
    """The folders inside, by name; those that begin with a dot or an underscore are no classes."""
    if not path.is_dir():
        if path.exists():
            raise DataError(f"{path} is a file, not a folder of classes", at=at)
        raise missing(path, at)
    folders = sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))
    if not folders:
        raise DataError(
            f"{path} holds no folders of classes", at=at, hint="put the images of each class into a folder of its name"
        )
    return folders


def images_of(folder: Path, at: Mark | None) -> list[Path]:
    """The images of a class, by name; other files are passed over."""
    images = _images(folder)
    if not images:
        hint = f"endings of images: {', '.join(sorted(ENDINGS))}"
        raise DataError(f"{folder} holds no images", at=at, hint=hint)
    return images


def images_at(path: Path) -> list[Path]:
    """The image itself, or the images of a folder by name, or else those of the folders inside; there may be none."""
    if not path.is_dir():
        return [path] if path.suffix.lower() in ENDINGS and path.exists() else []
    inner = sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))
    return _images(path) or [image for folder in inner for image in _images(folder)]


def _images(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in ENDINGS and not p.name.startswith((".", "_")))
