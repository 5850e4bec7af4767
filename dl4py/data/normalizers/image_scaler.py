"""Pixels to a common range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from pydantic import ValidationInfo, field_validator

from dl4py.data.batch import Batch
from dl4py.data.normalizers.base import Fitted, Normalizer, above_min, normalizer
from dl4py.spec import Number, Positive, key


@dataclass(frozen=True)
class Scaled(Fitted):
    """``x / largest (high - low) + low``."""

    low: float
    high: float
    largest: float

    def apply(self, x: np.ndarray) -> np.ndarray:
        return x * np.float32((self.high - self.low) / self.largest) + np.float32(self.low)

    def revert(self, x: np.ndarray) -> np.ndarray:
        return (x - np.float32(self.low)) * np.float32(self.largest / (self.high - self.low))


@normalizer("image_scaler", java="org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler")
class ImageScaler(Normalizer):
    """``x / max_pixel (max - min) + min``."""

    min: Number = key("Value of black.", default=0.0)
    max: Number = key("Value of white.", default=1.0)
    max_pixel: Positive = key("Largest pixel: 255 for 8 bits.", default=255.0)

    @field_validator("max")
    @classmethod
    def _above(cls, value: float, info: ValidationInfo) -> float:
        return above_min(value, info)

    def fit(self, batches: Iterable[Batch]) -> Scaled:
        return Scaled(self.min, self.max, self.max_pixel)
