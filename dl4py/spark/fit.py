"""A run on Spark: the same spec, data and run folder as training alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dl4py.atomic import write_text
from dl4py.errors import ClusterError
from dl4py.formats.model import save
from dl4py.network.network import Network
from dl4py.spark.config import SparkConfig
from dl4py.spec.write import write
from dl4py.training.folder import MODEL, SPEC
from dl4py.training.loop import Listener
from dl4py.training.run import Run


def fit_run(session: Any, run: Run, listeners: Sequence[Listener] = ()) -> Network:
    """Trains the run's network with the training master of its spec and writes the model."""
    config: SparkConfig = run.spec.spark
    network = Network(run.spec.network)
    network.normalizer = run.data.normalizer
    network.labels = list(run.data.train.class_names)
    write_text(run.folder / SPEC, write(run.spec, absolute=True))
    batches = replace(run.batches, batch_size=config.master.examples_per_batch(run.training.batch_size))
    try:
        config.master.fit(session, network, batches, run.training.epochs, listeners)
    except Exception as error:
        if type(error).__module__.startswith(("py4j", "pyspark")):
            raise ClusterError(
                f"a Spark task failed: {_cause(str(error))}", hint="`--traceback` shows the whole log"
            ) from error
        raise
    save(network, run.folder / MODEL)
    return network


def _cause(text: str) -> str:
    """The last line of the Python traceback inside Spark's message."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "Error" in line.split(":")[0] and not line.startswith(("at ", "org.", "py4j"))]
    return (errors[-1] if errors else lines[0])[:300]
