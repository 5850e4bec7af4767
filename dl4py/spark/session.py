"""The Spark session of a training."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from dl4py.errors import ClusterError
from dl4py.spark.transports.jobs import gone

LEAST_JAVA = 17


def open_session(master: str | None) -> Any:
    """The session that is running, or a new one on `master`; raises `ClusterError` when Spark or Java is missing."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise ClusterError("spark-train needs the package pyspark", hint="pip install 'dl4py[spark]'") from None
    _check_java()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("dl4py").config("spark.ui.showConsoleProgress", "false")
    builder = builder.config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
    if master:
        builder = builder.master(master)
    elif "SPARK_ENV_LOADED" not in os.environ and not os.environ.get("PYSPARK_GATEWAY_PORT"):
        raise ClusterError("no cluster is named", hint="give `--master local[2]`, or start with spark-submit")
    home = str(Path(__file__).resolve().parent.parent.parent)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
    try:
        session = builder.getOrCreate()
    except Exception as error:
        raise ClusterError(
            f"Spark did not start: {str(error).splitlines()[0][:200]}", hint="see the log above"
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


def close_session(session: Any) -> None:
    """Ends a session after all its work; nothing is lost by one whose Java process was faster."""
    try:
        session.stop()
    except Exception as error:
        if not gone(error):
            raise


def _check_java() -> None:
    if os.environ.get("PYSPARK_GATEWAY_PORT"):
        return  # spark-submit's Java runs already
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None or not Path(java).exists():
        raise ClusterError(
            "Spark needs Java, and none is found", hint=f"install Java {LEAST_JAVA} or later, or set JAVA_HOME"
        )
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    words = answer.split('"')
    version = words[1].split(".")[0] if len(words) > 1 else ""
    if version.isdigit() and int(version) < LEAST_JAVA:
        raise ClusterError(f"{java} is Java {version}, Spark needs {LEAST_JAVA} or later", hint="set JAVA_HOME")
