"""Threshold algorithms; one file each."""

from dl4py.spark.thresholds.base import ThresholdAlgorithm

__all__ = ["ThresholdAlgorithm"]
