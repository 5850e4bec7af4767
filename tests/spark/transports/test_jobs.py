import socket
from pathlib import Path

import pytest

from dl4py.errors import ClusterError
from dl4py.spark.transports.jobs import as_cluster_error, cause, from_spark, gone, spark_errors

LOST = """An error occurred while calling z:org.apache.spark.api.python.PythonRDD.collectAndServe.
: org.apache.spark.SparkException: Job aborted due to stage failure: Could not recover from a failed barrier ResultStage.
ExecutorLostFailure (executor 0 exited caused by one of the running tasks) Reason: Command exited with code 137
\tat org.apache.spark.scheduler.DAGScheduler.handleTaskCompletion(DAGScheduler.scala:2199)
"""


def refused():
    """What PySpark raises when it asks a Java process that is gone."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    names = {"__name__": "py4j.clientserver", "socket": socket, "port": port}
    exec("def ask():\n    socket.socket().connect(('127.0.0.1', port))", names)
    try:
        names["ask"]()
    except OSError as error:
        return error


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_closed_socket_of_spark_is_told_from_a_missing_file():
    assert gone(refused())
    assert from_spark(refused())
    assert not from_spark(FileNotFoundError("data.csv"))
    with pytest.raises(ClusterError, match=r"^Spark's Java process ended$"), spark_errors():
        raise refused()
    with pytest.raises(FileNotFoundError), spark_errors():
        Path("/no/such/file").read_text()


def test_of_sparks_log_one_line_is_told():
    assert cause(LOST) == (
        "ExecutorLostFailure (executor 0 exited caused by one of the running tasks) Reason: Command exited with code 137"
    )
    assert str(as_cluster_error(Exception("x"))) == "a Spark job failed: x"
