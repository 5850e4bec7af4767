"""Spark sessions; a file of tests uses one of them, for only one lives at a time."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def session(master):
    from dl4py.spark.session import open_session

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    return open_session(master)


@pytest.fixture(scope="module")
def spark():
    """A session on `local[2]`."""
    made = session("local[2]")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def cluster():
    """A session on two executors, each with a core and Python workers of its own."""
    made = session("local-cluster[2,1,1024]")
    yield made
    made.stop()


def pytest_collection_modifyitems(items):
    """PySpark leaves the sockets of its results to the garbage collector."""
    for item in items:
        if item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))
