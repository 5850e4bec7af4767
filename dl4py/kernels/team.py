"""Threads that follow lists of calls: machine code from the first call of a step to its last, no Python between.

A list is a vector of pairs of words, a door and a block (`entry`); a door of 0 is a barrier, where all threads of a
list wait for each other, a negative one ends the list. Each thread has a list of its own, with as many barriers as the
others'. Who waits spins: the next part of a step comes within microseconds, a thread that slept would need tens.

This module is loaded when its code is made.
"""

from __future__ import annotations

import platform
import sys
from typing import Any

from llvmlite import ir
from numba import extending
from numba.core import cgutils, types

from dl4py.kernels.desk import ASLEEP, DONE, FAILED, GIVEN, JOB, LINE
from dl4py.kernels.jit import helper

intrinsic: Any = extending.intrinsic  # its type knows nothing of what numba leaves out of a call
WORD = ir.IntType(64)
PATIENCE = 8_000  # pauses (10 to 60 nanoseconds each) before a thread without work goes to sleep
TURNS = 16_000  # pauses before a waiting thread dozes: there may be more threads than cores
DOZE = 50  # microseconds


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
def follow(calls, flags, index, threads):
    """Makes the calls of a list; gives the block of one that failed, else 0."""
    mine = flags + 8 * LINE * index
    failed = 0
    while True:
        door, block = load(calls), load(calls + 8)
        calls += 16
        if door > 0:
            if enter(door, block) != 0:
                failed = block
        elif door == 0:
            reached = load(mine) + 1
            store(mine, reached)
            for other in range(threads):
                wait(flags + 8 * LINE * other, reached)
        else:
            return failed


@helper
def give(desk, calls, flags, index, threads):
    """A job for a thread that has done the one before; whether it sleeps and must be woken."""
    job = desk + 8 * JOB
    store(job, calls)
    store(job + 8, flags)
    store(job + 16, index)
    store(job + 24, threads)
    store(desk + 8 * GIVEN, load(desk + 8 * GIVEN) + 1)
    return exchange(desk + 8 * ASLEEP, 0)


@helper
def finished(desk):
    """Waits until a thread has done its job and touches its list no more; gives the block of a call that failed."""
    wait(desk + 8 * DONE, load(desk + 8 * GIVEN))
    return load(desk + 8 * FAILED)


@helper
def serve(desk):
    """Does jobs until there is none for a while; the thread must then sleep until it is woken."""
    job = desk + 8 * JOB
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
        failed = follow(load(job), load(job + 8), load(job + 16), load(job + 24))
        store(desk + 8 * FAILED, failed)
        store(desk + 8 * DONE, done + 1)
