"""From data and the keys of a master to a source of batches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dl4py.data.iterator import BatchIterator
from dl4py.spark.dealt import Dealt, DealtFiles
from dl4py.spark.reading.parts import Part
from dl4py.spark.sources import Driven, Exported, ExportFolder, Source
from dl4py.spark.stats import Stats

if TYPE_CHECKING:
    from dl4py.spark.synchronous import Distributed


def open_source(context: Any, data: Any, keys: Distributed, stats: Stats) -> Source:
    """Batches of the driver's data or of an RDD, exported or direct."""
    if not isinstance(data, BatchIterator):
        return data.source(context, keys, stats)
    data = replace(data, batch_size=keys.examples_per_batch(data.batch_size))
    anew = data.shuffle and keys.reshuffle
    if isinstance(data.dataset, Part):
        if keys.rdd_training_approach == "export":
            return DealtFiles(context, data, anew, ExportFolder(context, keys.export_directory), stats)
        return Dealt(context, data, anew)
    if keys.rdd_training_approach == "export":
        return Exported(data, ExportFolder(context, keys.export_directory), anew, stats)
    return Driven(data, anew)
