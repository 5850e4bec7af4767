"""Image files to pixels."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from dl4py.errors import DataError
from dl4py.spec import Mark

if TYPE_CHECKING:
    from PIL.Image import Image

ColorOrder = Literal["bgr", "rgb"]
ENDINGS = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm"))
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP", "PPM")  # none that starts another program
MODES = {1: "L", 3: "RGB", 4: "RGBA"}
ORIENTATION = 0x0112  # in the metadata of cameras; from 5 on height and width are exchanged


class _Quiet:
    """Pillow's warnings about metadata are not told, that about size is an error, while any thread is inside.

    `warnings.catch_warnings` alone is not for threads: who leaves last would bring back the filters of another.
    """

    def __init__(self) -> None:
        self._lock, self._inside = threading.Lock(), 0
        self._caught = warnings.catch_warnings()

    def __enter__(self) -> None:
        from PIL import Image

        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._caught = warnings.catch_warnings()
                self._caught.__enter__()
                warnings.filterwarnings("ignore", module="PIL")
                warnings.simplefilter("error", Image.DecompressionBombWarning)

    def __exit__(self, *failure: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._caught.__exit__(None, None, None)


QUIET = _Quiet()


def read_image(
    path: Path | str,
    channels: int,
    at: Mark | None = None,
    data: bytes | None = None,
    need: tuple[int, int] | None = None,
) -> Image:
    """An image, upright, with 1, 3 or 4 channels of 8 bits; `data` are the bytes of the file where they are at hand.

    Of `need`, a height and a width, a JPEG that is far larger is unpacked at a half, a quarter or an eighth of its
    size, twice that at least.

    Raises `DataError` naming the file that is damaged, no image, or larger than Pillow takes for safe.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with QUIET, Image.open(path if data is None else io.BytesIO(data), formats=FORMATS) as file:
            if need and file.format == "JPEG":
                height, width = need if file.getexif().get(ORIENTATION, 1) < 5 else need[::-1]
                file.draft(None, (2 * width, 2 * height))
            file.load()
            return _eight_bits(ImageOps.exif_transpose(file)).convert(MODES[channels])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _huge(path, at) from None
    except UnidentifiedImageError:
        hint = f"read are {', '.join(FORMATS)}"
        raise DataError(f"{path} is no image", at=at, hint=hint) from None
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, MemoryError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DataError(f"{path} cannot be read as an image: {why}", at=at, hint="fetch it again") from None


def pixels(image: Image, order: ColorOrder) -> np.ndarray:
    """`[channels, height, width]`, 0 to 255; colours in the order that is asked for, transparency last."""
    array = np.asarray(image)
    if array.ndim == 2:
        return array[None]
    if order == "bgr":
        array = array[:, :, [2, 1, 0, *range(3, array.shape[2])]]
    return np.moveaxis(array, 2, 0)


def resized(image: Image, height: int, width: int) -> Image:
    """The whole image in another size, by linear interpolation over all pixels that meet in one."""
    from PIL.Image import Resampling

    return image if image.size == (width, height) else image.resize((width, height), Resampling.BILINEAR)


def _eight_bits(image: Image) -> Image:
    """Grey values of 16 bits become the upper 8; Pillow alone would cut off what is above 255."""
    if not image.mode.startswith("I"):
        return image
    from PIL import Image

    return Image.fromarray((np.asarray(image).astype(np.int64).clip(0, 65535) >> 8).astype(np.uint8))


def _huge(path: Path | str, at: Mark | None) -> DataError:
    from PIL import Image

    limit = Image.MAX_IMAGE_PIXELS or 0
    return DataError(
        f"{path} has more than {limit:,} pixels, too many to be unpacked safely",
        at=at,
        hint="make the image smaller first",
    )
