"""The section `spark` of a spec."""

from __future__ import annotations

from typing import Literal

from dl4py.spark.masters.base import TrainingMaster
from dl4py.spec import Thing, key
from dl4py.spec.sections import section


@section("spark", order=30)
class SparkConfig(Thing):
    """How training is spread over a cluster."""

    master: TrainingMaster = key("The training master.", default="parameter_averaging")
    read_by: Literal["driver", "executors"] | None = key(
        "Who reads the files of the data section: the driver, which hands batches out, or executors, each a share. "
        "Batches are the same. When absent: executors where a path names a file system (`hdfs://…`), else the driver.",
        default=None,
    )
