"""Jobs that nobody works on: Spark waits for executors for ever, a training does not."""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from typing import Any

from dl4py.errors import ClusterError

EVERY = 1.0  # seconds between two looks


class Watch:
    """A job group whose jobs are cancelled when none of their tasks has run for `limit` seconds."""

    def __init__(self, context: Any, limit: float) -> None:
        self._context, self._limit, self._idle_since = context, limit, time.monotonic()
        self._group, self._ended = f"dl4py-rounds-{secrets.token_hex(4)}", threading.Event()
        self._before = context.getLocalProperty("spark.jobGroup.id")
        self.error: ClusterError | None = None
        context.setJobGroup(self._group, "dl4py: a round of training")
        self._thread = threading.Thread(target=self._look, daemon=True, name="dl4py-watch")
        self._thread.start()

    def close(self) -> None:
        """Ends it; the thread's jobs are in the group that they were in before."""
        self._ended.set()
        with contextlib.suppress(Exception):  # Spark may be gone
            self._context.setLocalProperty("spark.jobGroup.id", self._before)
        self._thread.join(10.0)

    def _look(self) -> None:
        while not self._ended.wait(EVERY):
            try:
                if self._running() != 0:
                    self._idle_since = time.monotonic()
                elif time.monotonic() - self._idle_since > self._limit:
                    self.error = ClusterError(
                        f"no executor has run a task of this training for {self._limit:g} s",
                        hint="see the cluster's own page; a larger `wait_seconds` waits longer",
                    )
                    self._context.cancelJobGroup(self._group)
                    return
            except Exception:
                return  # Spark is gone, and whoever waits for a job hears of it

    def _running(self) -> int | None:
        """Tasks of this training that run now; None where it has no job under way."""
        tracker = self._context.statusTracker()
        jobs = set(tracker.getActiveJobsIds()) & set(tracker.getJobIdsForGroup(self._group))
        infos = [tracker.getJobInfo(job) for job in jobs]
        stages = [tracker.getStageInfo(stage) for info in infos if info is not None for stage in info.stageIds]
        return sum(stage.numActiveTasks for stage in stages if stage is not None) if jobs else None
