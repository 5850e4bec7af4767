"""Time, operations and bytes of the calls of a plan, and their sums by layer or by kernel."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from dl4py.plan.array import Array
from dl4py.plan.emitter import Call
from dl4py.plan.plan import Plan
from dl4py.plan.printed import aligned


@dataclass(frozen=True)
class Measured:
    """A call: its best time in seconds, multiplications and additions (0 where they are not counted), bytes named."""

    call: Call
    seconds: float
    operations: int
    bytes: int


@dataclass(frozen=True)
class Profile:
    """Calls one by one, and whole steps in seconds: the best and the median."""

    calls: tuple[Measured, ...]
    best: float
    median: float


BY = ("phase", "layer", "kernel")
OPERATIONS: dict[str, Callable[[Call], int]] = {
    "matmul": lambda call: 2 * call.arrays[0].size * call.arrays[1].columns,
    "affine": lambda call: 2 * call.arrays[0].size * call.arrays[1].columns,
    "windows_times": lambda call: 2 * call.arrays[4].size * call.arrays[1].size * call.constants[3],
    "windows_gradient": lambda call: 2 * call.arrays[4].size * call.arrays[2].size * call.constants[0],
    "windows_back": lambda call: 2 * call.arrays[0].size * call.arrays[1].size * call.constants[2],
    "winograd_times": lambda call: _in_squares(call, call.arrays[0].shape[-1], call.arrays[5]),
    "winograd_gradient": lambda call: _in_squares(call, call.arrays[0].shape[-1], call.arrays[4]),
    "lstm_forward": lambda call: 2 * call.arrays[0].size * call.arrays[1].shape[2],
    "lstm_backward": lambda call: 2 * call.arrays[0].size * call.arrays[1].shape[2],
}


def _in_squares(call: Call, n_in: int, sums: Array) -> int:
    """The products of 36 planes for each square of 4 x 4 sums; transforms are not counted."""
    squares = call.arrays[1].rows * -(-sums.shape[2] // 4)
    return 2 * 36 * squares * n_in * sums.shape[-1]


def profile(plan: Plan, rounds: int, reset: Callable[[], None] = lambda: None) -> Profile:
    """Runs the plan `rounds` times whole and as often call by call; `reset` comes before each, not timed."""
    whole, single = [], [float("inf")] * len(plan.steps)
    for _ in range(rounds):
        reset()
        start = time.perf_counter()
        plan.run()
        whole.append(time.perf_counter() - start)
        reset()
        for i, before, after in plan.timed():
            single[i] = min(single[i], after - before)
    calls = (_measured(plan, call, seconds) for call, seconds in zip(plan.calls, single, strict=True))
    return Profile(tuple(calls), min(whole), median(whole))


def _measured(plan: Plan, call: Call, seconds: float) -> Measured:
    count = OPERATIONS.get(call.kernel.name)
    return Measured(call, seconds, count(call) if count else 0, sum(plan.bytes(array) for array in call.arrays))


def fill(plan: Plan, seed: int = 1) -> None:
    """Random numbers for everything that the plan is fed; labels name a class each."""
    generator = np.random.Generator(np.random.Philox(seed))
    for array in {id(a.root): a.root for call in plan.calls for a in call.arrays}.values():
        if array.space == "input":
            held = plan.numbers(array)
            held[:] = generator.random(held.shape)
            if array.name == "labels":
                held[:] = held == held.max(axis=-1, keepdims=True)
            elif array.name == "mask":
                held[:] = 1


def table(found: Profile, by: str, peak: float) -> str:
    """Time, share of the step and speed, summed ``by`` phase, layer or kernel; the largest first.

    `peak` is what the machine could multiply and add in a second.
    """
    rows = [[by, "calls", "ms", "share", "GFLOP/s", "of peak", "MB", "GB/s"]]
    total = sum(m.seconds for m in found.calls)
    for name, group in sorted(_groups(found.calls, by).items(), key=lambda item: -_seconds(item[1])):
        seconds = _seconds(group)
        operations = sum(m.operations for m in group)
        speed = [f"{operations / seconds / 1e9:.1f}", f"{operations / seconds / peak:.0%}"] if operations else ["", ""]
        size = sum(m.bytes for m in group)
        moved = [f"{size / 1e6:.2f}", f"{size / seconds / 1e9:.1f}"]
        rows.append([name, str(len(group)), f"{seconds * 1e3:.3f}", f"{seconds / total:.1%}", *speed, *moved])
    return "\n".join(aligned(rows))


def as_dict(found: Profile) -> dict[str, Any]:
    """The same, for `--json`: seconds, operations and bytes by phase, by layer and by kernel."""
    return {
        "seconds": found.best,
        "median_seconds": found.median,
        "operations": sum(m.operations for m in found.calls),
        **{
            by: [
                {
                    "name": name,
                    "calls": len(group),
                    "seconds": _seconds(group),
                    "operations": sum(m.operations for m in group),
                    "bytes": sum(m.bytes for m in group),
                }
                for name, group in _groups(found.calls, by).items()
            ]
            for by in BY
        },
    }


def _groups(calls: Iterable[Measured], by: str) -> dict[str, list[Measured]]:
    groups: dict[str, list[Measured]] = {}
    for measured in calls:
        call = measured.call
        name = {"phase": call.phase, "layer": call.owner or "network", "kernel": call.kernel.name}[by]
        groups.setdefault(name, []).append(measured)
    return groups


def _seconds(group: Iterable[Measured]) -> float:
    return sum(m.seconds for m in group)
