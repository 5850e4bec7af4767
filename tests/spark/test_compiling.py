import subprocess
import sys
import time

from dl4py.spark import compiling

CODE = """
import sys, time
from pathlib import Path
from dl4py.spark import compiling
compiling.cache_folder = lambda: Path(sys.argv[1])
with compiling.once_a_machine("a network"):
    begun = time.monotonic()
    time.sleep(0.5)
    print(begun, time.monotonic())
"""


def test_workers_that_start_together_compile_one_after_the_other_once(tmp_path):
    words = [sys.executable, "-c", CODE, str(tmp_path)]
    started = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    spans = sorted([float(t) for t in process.communicate(timeout=120)[0].split()] for process in started)
    assert spans[0][1] <= spans[1][0]
    assert [path.name[:5] for path in tmp_path.iterdir() if path.name != "lock"] == ["made-"]


def test_who_finds_the_mark_waits_for_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr(compiling, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(compiling, "_last", None)
    with compiling.once_a_machine("a network"):
        pass
    monkeypatch.setattr(compiling, "_last", None)
    with compiling._locked(tmp_path / "lock"):
        begun = time.monotonic()
        with compiling.once_a_machine("a network"):
            assert time.monotonic() - begun < 1.0


def test_nobody_waits_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(compiling, "LIMIT", 0.2)
    inside = []
    with compiling._locked(tmp_path / "lock"), compiling._locked(tmp_path / "lock"):
        inside.append(True)
    assert inside == [True]
