"""Training masters; one file each."""

from dl4py.spark.masters.base import TrainingMaster

__all__ = ["TrainingMaster"]
