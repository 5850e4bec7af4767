"""`Batch`: what one step is fed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Arrays = tuple[np.ndarray, ...]
Masks = tuple[np.ndarray | None, ...]
MASKS = "masks are [examples, steps] for sequences"


@dataclass(frozen=True, eq=False)
class Batch:
    """Features and labels of some examples, an array per input and output of the network.

    Masks stand beside their arrays, 1 for what counts: `[batch, time]` for sequences. None, or no masks at all,
    means that everything counts. With `mirror` the labels are the features, normalized as they are.
    """

    features: Arrays
    labels: Arrays = ()
    feature_masks: Masks = ()
    label_masks: Masks = ()
    mirror: bool = False

    @property
    def size(self) -> int:
        """Number of examples."""
        return len(self.features[0])

    def rows(self, index: np.ndarray | slice) -> Batch:
        """Some examples of the batch; a slice copies nothing."""
        return Batch(
            chosen(self.features, index),
            chosen(self.labels, index),
            chosen(self.feature_masks, index),
            chosen(self.label_masks, index),
            self.mirror,
        )


def chosen(arrays: Masks, index: np.ndarray | slice) -> tuple[np.ndarray, ...]:
    """The same rows of each array; what is None stays None."""
    return tuple(a if a is None else taken(a, index) for a in arrays)  # type: ignore[misc]


def taken(array: np.ndarray, index: np.ndarray | slice) -> np.ndarray:
    """Some rows of an array; a slice copies nothing."""
    if isinstance(index, slice) or index.dtype.kind != "i" or not isinstance(array, np.ndarray):
        return array[index]
    if not (array.flags.c_contiguous and array.flags.aligned):  # then `take` copies everything first
        return array[index]
    return np.asarray(array).take(index, axis=0)  # a quarter of the time of `[]` on small rows


def spread(array: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """A mask with the axes of its array: `[n, time]` counts for every feature, `[n]` for the whole example."""
    if mask.ndim == 2 and array.ndim == 3:
        return mask[:, None, :]
    return mask.reshape(*mask.shape, *([1] * (array.ndim - mask.ndim)))


def misfit(array: np.ndarray, mask: np.ndarray) -> str | None:
    """What is wrong with a mask, in words."""
    fits = mask.ndim <= array.ndim and len(mask) == len(array)
    if fits and all(m in (1, a) for m, a in zip(spread(array, mask).shape, array.shape, strict=True)):
        return None
    return f"a mask of {list(mask.shape)} does not fit an array of {list(array.shape)}"
