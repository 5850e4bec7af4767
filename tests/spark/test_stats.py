import json
import re

from dl4py.spark.stats import Stats
from dl4py.spark.timeline import laid_out, page

NASTY = "</script><script>alert(1)</script>&\u2028"


def event(machine, process, start, ms):
    return {"machineID": machine, "jvmID": process, "threadID": 1, "startTime": start, "durationMs": ms}


PHASES = {
    "ParameterAveragingMasterFitTimesMs": [event("a", 9, 1000.0, 50.0)],
    "WorkerFlatMapTotalTimeMs": [event("a", 3, 1005.0, 40.0), event("b", 1, 1006.0, 30.0)],
    "ParameterAveragingWorkerFitTimesMs": [event("a", 3, 1010.0, 10.0), event("a", 3, 1025.0, 10.0)],
}


def test_rows_are_processes_and_phases_lie_inside_each_other():
    found = laid_out(PHASES)
    assert found["rows"] == ["driver a, process 9", "a, process 3", "b, process 1"]
    assert found["total"] == 50.0
    names = [phase["name"] for phase in found["phases"]]
    assert [(names[e[0]][-20:], *e[1:]) for e in found["events"]] == [
        ("agingMasterFitTimesMs"[-20:], 0, 0.0, 50.0, 0),
        ("WorkerFlatMapTotalTimeMs"[-20:], 1, 5.0, 40.0, 0),
        ("AveragingWorkerFitTimesMs"[-20:], 1, 10.0, 10.0, 1),
        ("AveragingWorkerFitTimesMs"[-20:], 1, 25.0, 10.0, 1),
        ("WorkerFlatMapTotalTimeMs"[-20:], 2, 6.0, 30.0, 0),
    ]


def test_the_page_asks_nothing_of_the_network_and_no_name_breaks_out():
    text = page(NASTY, {NASTY: [event(NASTY, 1, 0.0, 1.0)]})
    assert text.count("</script>") == 2  # the data, the program
    assert "alert(1)</" not in text
    assert not re.search(r"https?://|src=|@import|url\(", text)
    inside = re.search(r'<script id="data" type="application/json">(.*?)</script>', text, re.DOTALL)[1]
    data = json.loads(inside)
    assert data["title"] == data["phases"][0]["name"] == NASTY
    assert data["rows"] == [f"{NASTY}, process 1"]


def test_phases_are_written_as_json_table_and_page(tmp_path):
    stats = Stats(True)
    with stats.phase("Export"), stats.phase("BroadcastCreate"):
        pass
    stats.gather(
        [("WorkerFlatMapTotalTimeMs", "b", 1, 1000.0, 0.25), ("WorkerFlatMapTotalTimeMs", "b", 1, 1001.0, 0.75)]
    )
    stats.write(tmp_path)
    kept = json.loads((tmp_path / "spark-stats.json").read_text())
    assert list(kept) == [
        "ParameterAveragingMasterBroadcastCreateTimesMs",
        "parameterAveragingMasterExportTimesMs",
        "WorkerFlatMapTotalTimeMs",
    ]
    assert [e["durationMs"] for e in kept["WorkerFlatMapTotalTimeMs"]] == [250.0, 750.0]
    line = (tmp_path / "spark-stats.txt").read_text().splitlines()[2]
    assert line.split() == ["WorkerFlatMapTotalTimeMs", "2", "500.00", "750.00", "1000.0"]
    assert "driver" in (tmp_path / "spark-timeline.html").read_text()


def test_nothing_is_kept_where_nothing_is_wanted():
    stats = Stats(False)
    with stats.phase("Fit"):
        pass
    assert stats.events == {}
