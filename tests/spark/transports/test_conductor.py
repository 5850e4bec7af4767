from itertools import islice

import pytest

from dl4py.spark.transports.conductor import Conductor, Pace


def test_who_is_due_first_runs_first():
    conductor, seen = Conductor(), []

    def worker(me, naps):
        for nap in naps:
            conductor.sleep(me, nap)
            seen.append((me, conductor.now))
        return me * 10

    assert conductor.run([lambda: worker(0, [3.0, 1.0]), lambda: worker(1, [1.0, 1.0, 1.5])]) == [0, 10]
    assert seen == [(1, 1.0), (1, 2.0), (0, 3.0), (1, 3.5), (0, 4.0)]


def test_one_failure_ends_all():
    conductor = Conductor()

    def fails():
        conductor.sleep(0, 1.0)
        raise ValueError("no more")

    with pytest.raises(ValueError, match=r"^no more$"):
        conductor.run([fails, lambda: conductor.wait(1), lambda: conductor.sleep(2, 9.0)])


def test_waiting_for_each_other_is_told():
    conductor = Conductor()
    with pytest.raises(AssertionError, match=r"^every worker waits for another$"):
        conductor.run([lambda: conductor.wait(0), lambda: conductor.wait(1)])


def test_the_last_worker_is_late_and_times_are_the_same_on_every_run():
    pace = Pace(step=2.0, spread=0.5, delay=7.0)
    first, last = (list(islice(pace.durations(worker, 2, 3), 400)) for worker in (0, 1))
    assert all(1.0 <= t <= 3.0 for t in first)
    assert all(8.0 <= t <= 10.0 for t in last)
    assert min(first) < 1.1
    again, other = (list(islice(pace.durations(0, 2, seed), 400)) for seed in (3, 4))
    assert first == again != other
