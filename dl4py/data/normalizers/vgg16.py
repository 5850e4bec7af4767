"""The mean colour of ImageNet, taken away."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dl4py.data.batch import Batch
from dl4py.data.images import ColorOrder
from dl4py.data.normalizers.base import Fitted, Normalizer, normalizer
from dl4py.data.normalizers.standardize import Standardized
from dl4py.errors import DataError
from dl4py.spec import key

BGR = np.array([103.939, 116.779, 123.68], np.float32)


@normalizer("vgg16", java="org.nd4j.linalg.dataset.api.preprocessor.VGG16ImagePreProcessor")
class Vgg16(Normalizer):
    """``x - mean`` for each colour, pixels 0 to 255: what VGG16 was trained with.

    DL4J writes no such normalizer into a zip; ours stands there as a `standardize` with the deviation 1, which DL4J
    reads and which computes the same.

    Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2015.
    """

    color_order: ColorOrder = key("Order of the colours; that of the reader.", default="bgr")

    def fit(self, batches: Iterable[Batch]) -> Fitted:
        for batch in batches:
            shape = batch.features[0].shape
            if len(shape) != 4 or shape[1] != 3:
                raise DataError(
                    f"`vgg16` is for images of 3 channels, an example has {' x '.join(map(str, shape[1:]))}",
                    at=self.mark(),
                    hint="`standardize` is for anything",
                )
            break
        return Standardized(BGR if self.color_order == "bgr" else BGR[::-1].copy(), np.ones(3, np.float32))
