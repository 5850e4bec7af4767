"""Programs: calls that threads share, with Python between, several at once, behind a fork, and with one that fails."""

import os
import threading

import numpy as np
import pytest

from dl4py.kernels import rows
from dl4py.kernels.desk import DONE, JOBS
from dl4py.kernels.jit import Instruction, kernel
from dl4py.plan import Emitter, Plan, threads
from dl4py.plan.program import Program


def doubling(many, parts, size=64):
    """A program that doubles ones `many` times, in that many parts a call, and the numbers."""
    a = np.ones((parts, size), "f")
    return Program([[rows.scale.bind((row,), (2.0,)) for row in a] for _ in range(many)]), a


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_all_parts_of_all_calls(parts):
    program, a = doubling(9, parts)
    for _ in range(3):
        program.run()
    assert np.all(a == 2.0**27)


def test_threads_meet_where_parts_change():
    """A sum over all rows alone on one thread stands between calls that change the rows in parts."""
    a, total, seen = np.ones((4, 5000), "f"), np.zeros(5000, "f"), []
    sums = rows.sum_rows.bind((a, total), (0, 5000))
    parts = [rows.add.bind((row, total), ()) for row in a]
    note = (lambda: seen.append(total[0]), ())
    program = Program([[sums], parts, [sums], [note], parts, [sums], [note]])
    program.run()
    assert seen == [20.0, 100.0]
    assert np.all(a == 25.0)


def test_several_at_once():
    """Who finds the threads taken does all parts itself."""
    wrong = []

    def runs():
        program, a = doubling(120, 2)
        for _ in range(200):
            a[:] = 1.0
            program.run()
            if not np.all(a == 2.0**120):
                wrong.append(a.copy())

    runners = [threading.Thread(target=runs) for _ in range(3)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_behind_a_fork():
    program, a = doubling(4, 2)
    program.run()
    child = os.fork()
    if child == 0:
        program.run()
        os._exit(0 if np.all(a == 256.0) else 1)
    assert os.waitpid(child, 0)[1] == 0


load = Instruction("load", "team")


@kernel("-> n")
def behind_others(out, address: int):
    """Begins when the word at an address is no 0."""
    while load(address) == 0:
        pass
    out[0] = 1.0


@kernel("k*")
def mark(word):
    word[0] += 1


@pytest.mark.parametrize("first", [0, 3])
def test_who_is_free_takes_what_is_left(first):
    """The first part of a thread ends when all others are done, its neighbour too: another thread must take that."""
    done, out = np.zeros((4, 1), np.int64), np.zeros(1)
    waits = behind_others.bind((out,), (done.ctypes.data + 8 * (1 if first == 0 else 2),))
    parts = [waits if i == first else mark.bind((done[i],), ()) for i in range(4)]
    with threads.limited(2):
        program = Program([parts])
        for _ in range(20):
            done[:] = out[:] = 0
            program.run()
            assert out[0] == 1.0
            assert done.sum() == 3


def test_nobody_waits_for_a_thread_that_is_elsewhere():
    program, a = doubling(3, 2)
    program.run()
    (worker,) = threads._this_process().workers(1)
    worker._words[DONE] -= JOBS
    program.run()
    worker._words[DONE] += JOBS
    program.run()
    assert np.all(a == 2.0**9)


def test_ctrl_c_on_the_way_to_a_run(monkeypatch):
    """Every run that was begun is ended, and the next one is whole."""
    program, a = doubling(3, 2)
    program.run()
    give = threads._team()[1]

    def interrupted(*args):
        give(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        follow, _, serve = threads._team()
        patch.setattr(threads, "_team", lambda: (follow, interrupted, serve))
        with pytest.raises(KeyboardInterrupt):
            program.run()
    assert np.all(a == 2.0**6)
    program.run()
    assert np.all(a == 2.0**9)


@kernel("n -> n")
def picky(a, out):
    if a[0] < 0.0:
        raise ValueError("negative")
    out[0] = a[0]


@pytest.mark.parametrize("part", [0, 1])
def test_a_call_that_fails(part):
    a, out = np.ones((2, 1)), np.zeros((2, 1))
    program = Program([[picky.bind((x, y), ()) for x, y in zip(a, out, strict=True)]])
    a[part] = -1.0
    with pytest.raises(ValueError, match=r"^negative$"):
        program.run()
    a[:] = 3.0
    program.run()
    assert np.all(out == 3.0)


def test_sleeping_threads_wake():
    program, a = doubling(1, 2)
    e = Emitter(1)
    e(rows.scale, e.constant(np.ones(3)), 2.0)
    plan = Plan(e.calls, "float64")
    plan.bind({"arena": np.zeros(0, np.uint8)})
    for i in range(1, 4):
        program.run()
        threading.Event().wait(0.05)  # far more than their patience
        assert np.all(a == 2.0**i)
    plan.run()
    assert np.all(plan.numbers(e.calls[0].arrays[0]) == 2.0)
    assert all(worker.is_alive() for worker in threads._this_process().workers(1))
