"""Records to batches of features and labels."""

from dl4py.data.batch import Batch
from dl4py.data.dataset import Dataset
from dl4py.data.iterator import BatchIterator

__all__ = ["Batch", "BatchIterator", "Dataset"]
