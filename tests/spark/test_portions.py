from dl4py.spark.portions import Portions


def run(count, speeds, lying=None, replicas=1, until=1000):
    """Workers that take so long for a portion; who computed what first, and what was computed in vain."""
    portions = Portions(count, lying or [set() for _ in speeds], replicas)
    busy, counted, late = {}, {}, []
    for now in range(until):
        for worker, (portion, end) in list(busy.items()):
            if now == end:
                del busy[worker]
                if portions.answered(portion):
                    counted[portion] = worker
                else:
                    late.append((portion, worker))
        if portions.done:
            return counted, late, now
        for worker, speed in enumerate(speeds):
            if worker not in busy:
                portion = portions.following(worker)
                if portion is not None:
                    busy[worker] = (portion, now + speed)
    raise AssertionError("it never ends")


def test_fast_workers_get_more():
    counted, _, _ = run(40, [1, 3])
    shares = [sum(worker == w for worker in counted.values()) for w in (0, 1)]
    assert shares == [30, 10]


def test_a_slow_portion_gets_a_second_worker_and_counts_once():
    counted, late, end = run(4, [1, 500])
    assert counted == dict.fromkeys(range(4), 0)  # portion 1 was begun by worker 1
    assert (late, end) == ([], 4)
    _, _, alone = run(4, [1, 500], replicas=0)
    assert alone == 500


def test_replicas_of_a_portion_are_limited():
    portions = Portions(1, [set() for _ in range(4)], replicas=2)
    assert [portions.following(worker) for worker in range(4)] == [0, 0, 0, None]
    assert portions.answered(0)
    assert not portions.answered(0)
    assert portions.done


def test_workers_prefer_what_lies_with_them_and_leave_others_theirs():
    portions = Portions(6, [{4, 1}, {0, 2}, set()])
    assert [portions.following(w) for w in (0, 1, 2, 0, 1, 2)] == [1, 0, 3, 4, 2, 5]
