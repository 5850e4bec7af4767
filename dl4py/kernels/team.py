"""Threads that share lists of calls: machine code from the first call of a step to its last, no Python between.

A step is stages, one after another; the parts of a stage may be made at the same time (`desk` says how they stand in
memory). Neighbouring parts are a queue. A thread takes the parts of its own queue, then what is left of the others', so
that who has less of its core does less; it goes on when all parts of a stage are done, whoever made them. Parts are
fixed, so the numbers do not depend on who makes them. A thread that comes late finds that there is nothing to do: no
step waits for it. Who waits spins: the next stage comes within microseconds, a thread that slept would need tens.

A part's calls are pairs of words, a door and a block (`entry`), up to a door of 0.

This module is loaded when its code is made.
"""

from __future__ import annotations

import platform
import sys
from typing import Any

from llvmlite import ir
from numba import extending
from numba.core import cgutils, types

from dl4py.kernels.desk import ASLEEP, DONE, GIVEN, JOB, JOBS, LINE
from dl4py.kernels.jit import helper

intrinsic: Any = extending.intrinsic  # its type knows nothing of what numba leaves out of a call
WORD = ir.IntType(64)
PATIENCE = 20_000  # pauses (10 to 60 nanoseconds each) before a thread without work goes to sleep
TURNS = 16_000  # pauses before a waiting thread dozes: there may be more threads than cores
DOZE = 50  # microseconds
RUN = 1 << 32  # what a run adds to the counts of parts taken


def _at(builder, address):
    return builder.inttoptr(address, WORD.as_pointer())


@intrinsic
def load(typing, address):
    """The word at an address, read before all that comes after."""

    def code(context, builder, signature, args):
        return builder.load_atomic(_at(builder, args[0]), "seq_cst", 8)

    return types.intp(types.intp), code


@intrinsic
def store(typing, address, value):
    """Writes a word, after all that came before."""

    def code(context, builder, signature, args):
        builder.store_atomic(args[1], _at(builder, args[0]), "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp), code


@intrinsic
def exchange(typing, address, value):
    """Writes a word and gives what was there."""

    def code(context, builder, signature, args):
        return builder.atomic_rmw("xchg", _at(builder, args[0]), args[1], "seq_cst")

    return types.intp(types.intp, types.intp), code


@intrinsic
def swap(typing, address, old, new):
    """Writes a word where there is an old one; gives what was there."""

    def code(context, builder, signature, args):
        outcome = builder.cmpxchg(_at(builder, args[0]), args[1], args[2], "seq_cst", "seq_cst")
        return builder.extract_value(outcome, 0)

    return types.intp(types.intp, types.intp, types.intp), code


@intrinsic
def increase(typing, address):
    """Adds 1 to a word, after all that came before."""

    def code(context, builder, signature, args):
        builder.atomic_rmw("add", _at(builder, args[0]), WORD(1), "seq_cst")
        return context.get_dummy_value()

    return types.void(types.intp), code


@intrinsic
def enter(typing, door, block):
    """Calls a door with a block."""

    def code(context, builder, signature, args):
        kind = ir.FunctionType(ir.IntType(32), [WORD]).as_pointer()
        return builder.sext(builder.call(builder.inttoptr(args[0], kind), [args[1]]), WORD)

    return types.intp(types.intp, types.intp), code


@intrinsic
def pause(typing):
    """Tells the processor that this thread waits."""

    machine, number = platform.machine(), ir.IntType(32)

    def code(context, builder, signature, args):
        name, words = "llvm.x86.sse2.pause", []
        if machine in ("aarch64", "arm64"):
            name, words = "llvm.aarch64.hint", [number(1)]
        if words or machine in ("x86_64", "AMD64"):
            kind = ir.FunctionType(ir.VoidType(), [number for _ in words])
            builder.call(cgutils.get_or_insert_function(builder.module, kind, name), words)
        return context.get_dummy_value()

    return types.void(), code


@intrinsic
def doze(typing):
    """Sleeps for a moment, so that others may run: a thread that is waited for may have no core."""

    def code(context, builder, signature, args):
        if sys.platform != "win32":
            number = ir.IntType(32)
            kind = ir.FunctionType(number, [number])
            builder.call(cgutils.get_or_insert_function(builder.module, kind, "usleep"), [number(DOZE)])
        return context.get_dummy_value()

    return types.void(), code


@helper
def wait(address, number):
    """Until the word at an address is at least `number`."""
    turns = 0
    while load(address) < number:
        pause()
        turns += 1
        if turns > TURNS:
            doze()


@helper
def take(taken, begin, many):
    """The next of `many` parts that nobody has in this run, -1 where there is none or a later run has begun."""
    while True:
        seen = load(taken)
        part = max(seen - begin, 0)
        if part >= many:
            return -1
        if swap(taken, seen, begin + part + 1) == seen:
            return part


@helper
def make(calls, failed):
    """Makes the calls of a part."""
    while load(calls) != 0:
        if enter(load(calls), load(calls + 8)) != 0:
            store(failed, load(calls + 8))
        calls += 16


@helper
def follow(stages, run, index, failed):
    """Makes the calls of all stages with others, run after run from 1 on; writes the block of one that failed."""
    while load(stages) != 0:
        stage = load(stages)
        counts, parts, queues = load(stage), load(stage + 8), load(stage + 16)
        firsts, calls = stage + 24, stage + 32 + 8 * queues
        for turn in range(queues):
            queue = (index + turn) % queues
            first = load(firsts + 8 * queue)
            many = load(firsts + 8 * queue + 8) - first
            part = take(counts + 8 * LINE * (1 + queue), run * RUN, many)
            while part >= 0:
                make(load(calls + 8 * (first + part)), failed)
                increase(counts)
                part = take(counts + 8 * LINE * (1 + queue), run * RUN, many)
        wait(counts, run * parts)
        stages += 8
    return 0


@helper
def give(desk, stages, run, index, failed):
    """A job for a thread: whether it sleeps and must be woken; -1 where it is so far behind that it gets none."""
    number = load(desk + 8 * GIVEN) + 1
    if number - load(desk + 8 * DONE) >= JOBS:  # it may be reading the words of any other job
        return -1
    job = desk + 8 * (JOB + 4 * (number % JOBS))
    store(job, stages)
    store(job + 8, run)
    store(job + 16, index)
    store(job + 24, failed)
    store(desk + 8 * GIVEN, number)
    return exchange(desk + 8 * ASLEEP, 0)


@helper
def serve(desk):
    """Does the latest job until there is none for a while; the thread must then sleep until it is woken."""
    while True:
        done = load(desk + 8 * DONE)
        turns = 0
        while load(desk + 8 * GIVEN) == done:
            pause()
            turns += 1
            if turns == PATIENCE:
                store(desk + 8 * ASLEEP, 1)
                # a job may have come just now: whoever takes the mark away knows
                if load(desk + 8 * GIVEN) == done or exchange(desk + 8 * ASLEEP, 0) == 0:
                    return
        number = load(desk + 8 * GIVEN)
        job = desk + 8 * (JOB + 4 * (number % JOBS))
        follow(load(job), load(job + 8), load(job + 16), load(job + 24))
        store(desk + 8 * DONE, number)
