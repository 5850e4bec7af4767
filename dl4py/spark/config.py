"""The section `spark` of a spec."""

from __future__ import annotations

from dl4py.spark.masters.base import TrainingMaster
from dl4py.spec import Thing, key
from dl4py.spec.sections import section


@section("spark", order=30)
class SparkConfig(Thing):
    """How training is spread over a cluster."""

    master: TrainingMaster = key("The training master.", default="parameter_averaging")
