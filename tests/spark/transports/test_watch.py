import time

import pytest

from dl4py.errors import ClusterError
from dl4py.spark.transports import watch


class Stage:
    def __init__(self, active):
        self.numActiveTasks = active


class Job:
    stageIds = (0,)


class Context:
    """A cluster with one job, and as many running tasks as one says."""

    def __init__(self, active):
        self.active, self.cancelled, self.properties = active, [], {"spark.jobGroup.id": "mine"}

    def getLocalProperty(self, name):
        return self.properties.get(name)

    def setLocalProperty(self, name, value):
        self.properties[name] = value

    def setJobGroup(self, group, text):
        self.properties["spark.jobGroup.id"] = group

    def cancelJobGroup(self, group):
        self.cancelled.append(group)

    def statusTracker(self):
        return self

    def getActiveJobsIds(self):
        return [7]

    def getJobIdsForGroup(self, group):
        return [7] if group == self.properties["spark.jobGroup.id"] else []

    def getJobInfo(self, job):
        return Job

    def getStageInfo(self, stage):
        return Stage(self.active)


@pytest.mark.parametrize(("active", "cancelled"), [(0, True), (1, False)])
def test_a_job_without_a_running_task_is_given_up(monkeypatch, active, cancelled):
    monkeypatch.setattr(watch, "EVERY", 0.02)
    context = Context(active)
    looking = watch.Watch(context, 0.1)
    group = context.properties["spark.jobGroup.id"]
    end = time.monotonic() + (20.0 if cancelled else 0.5)
    while looking.error is None and time.monotonic() < end:
        time.sleep(0.01)
    looking.close()
    assert context.cancelled == ([group] if cancelled else [])
    assert isinstance(looking.error, ClusterError) == cancelled
    if cancelled:
        assert str(looking.error) == "no executor has run a task of this training for 0.1 s"
    assert context.properties == {"spark.jobGroup.id": "mine"}
