"""Real Deeplearning4j 1.0.0-M2.1, for tests marked `java` (Java 11 or later and Maven)."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "oracle"
HOME = Path(os.environ.get("DL4J_ORACLE_HOME", Path.home() / ".cache" / "dl4py-oracle"))


@pytest.fixture(scope="session")
def oracle():
    """A running oracle: one command a line, one answer a line."""
    if not (HOME / "target" / "lib").exists():
        shutil.copytree(SOURCE, HOME, dirs_exist_ok=True)
        goal = ["mvn", "-q", "-B", "compile", "dependency:copy-dependencies", "-DoutputDirectory=target/lib"]
        subprocess.run(goal, cwd=HOME, check=True, capture_output=True)
    java = ["java", "-Xmx2g", "-cp", f"{HOME}/target/classes:{HOME}/target/lib/*", "oracle.Oracle", "batch"]
    process = subprocess.Popen(
        java, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )

    def ask(*words):
        process.stdin.write("\t".join(map(str, words)) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        while line and not line.startswith("{"):  # libraries of DL4J print now and then
            line = process.stdout.readline()
        answer = json.loads(line)
        assert "error" not in answer, answer
        return answer

    yield ask
    process.stdin.close()
    process.stdout.close()
    process.wait()
