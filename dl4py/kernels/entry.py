"""Machine code of kernels by address, their arguments as words in memory: a list of calls that needs no Python.

A block is a vector of 64-bit words: the address of a kernel's machine code, then its arguments as numba passes them (of
an array seven words and more). A door is a function that takes a block's address, reads the arguments and calls; all
kernels with as many words of the same kinds share one. This module is loaded when a plan is bound.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir

from dl4py.kernels.code import ADDRESS, TYPES, WORD, Code
from dl4py.kernels.kept import made


def is_entered(function: Any) -> bool:
    """Whether a function is a compiled kernel."""
    return isinstance(function, Code)


def block(code: Callable[..., Any], args: tuple[Any, ...]) -> tuple[int, np.ndarray]:
    """The door for a compiled kernel, and the block of these arguments, whose arrays the caller keeps."""
    assert isinstance(code, Code)
    words = [np.int64(code.address)]
    for arg in args:
        words += _words(arg)
    assert len(words) == len(code.kinds) + 1, (code, args)
    return _door(code.kinds), np.array(words, np.int64)


def blocks(
    code: Callable[..., Any], args: tuple[Any, ...], cut: Sequence[bool], begins: np.ndarray, ends: np.ndarray
) -> tuple[int, np.ndarray]:
    """The door, and a row for each range of those vectors among the arguments that are `cut`."""
    door, words = block(code, args)
    rows = np.tile(words, (len(begins), 1))
    at = 1
    for arg, parted in zip(args, cut, strict=False):
        if parted:  # two words for who owns the memory, then values, bytes of each, address, size, stride
            rows[:, at + 2] = rows[:, at + 5] = ends - begins
            rows[:, at + 4] += begins * arg.itemsize
        at += len(_words(arg))
    return door, rows


def _words(arg: Any) -> list[Any]:
    if isinstance(arg, np.ndarray):
        return [0, 0, arg.size, arg.itemsize, arg.ctypes.data, *arg.shape, *arg.strides]
    if isinstance(arg, tuple):
        return [word for part in arg for word in _words(part)]
    if isinstance(arg, np.floating):
        return [np.array([arg, 0], arg.dtype).view(np.int64)[0]]
    return [int(arg)]


@cache
def _door(kinds: tuple[str, ...]) -> int:
    name = f"door-{hashlib.sha256(' '.join(kinds).encode()).hexdigest()[:24]}"
    return made(name, lambda: _door_for(kinds))


def _door_for(kinds: tuple[str, ...]) -> ir.Module:
    """``int f(block)``: calls the kernel named by the first word with the words behind it; 0 where it went well."""
    types = [TYPES.get(kind, ADDRESS) for kind in kinds]
    module = ir.Module()
    door = ir.Function(module, ir.FunctionType(TYPES["i32"], [WORD.as_pointer()]), "f")
    builder = ir.IRBuilder(door.append_basic_block())
    outcome, error = builder.alloca(ADDRESS), builder.alloca(ADDRESS)
    args = []
    for i, kind in enumerate(types, 1):
        word = builder.gep(door.args[0], [WORD(i)])
        args.append(builder.load(builder.bitcast(word, kind.as_pointer())))
    called = ir.FunctionType(TYPES["i32"], [ADDRESS.as_pointer()] * 2 + types).as_pointer()
    function = builder.inttoptr(builder.load(door.args[0]), called)
    builder.ret(builder.call(function, [outcome, error, *args]))
    return module
