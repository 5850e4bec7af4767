"""Machine code of kernels by address, their arguments as words in memory: a list of calls that needs no Python.

A block is a vector of 64-bit words: the address of a kernel's machine code, then its arguments as numba passes them (of
an array seven words and more). A door is a function that takes a block's address, reads the arguments and calls; all
kernels with as many words of the same kinds share one. This module is loaded when a plan is bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import numba
import numpy as np
from llvmlite import ir
from numba.core.dispatcher import Dispatcher

WORD = ir.IntType(64)


_known: dict[str, tuple[int, tuple[str, ...], int]] = {}  # address, kinds of words and door of a kernel


def is_entered(function: Any) -> bool:
    """Whether a function is a compiled kernel."""
    return isinstance(function, Dispatcher)


def block(dispatcher: Any, args: tuple[Any, ...]) -> tuple[int, np.ndarray]:
    """The door for a compiled kernel, and the block of these arguments, whose arrays the caller keeps."""
    made = dispatcher.overloads[tuple(map(numba.typeof, args))]
    name = made.fndesc.llvm_func_name
    if name not in _known:
        kinds = tuple(map(str, made.target_context.get_arg_packer(made.fndesc.argtypes).argument_types))
        _known[name] = made.library.get_pointer_to_function(name), kinds, _door(kinds)
    address, kinds, door = _known[name]
    words = [np.int64(address)]
    for arg in args:
        words += _words(arg)
    assert len(words) == len(kinds) + 1, (dispatcher, kinds)
    return door, np.array(words, np.int64)


def blocks(
    dispatcher: Any, args: tuple[Any, ...], cut: Sequence[bool], begins: np.ndarray, ends: np.ndarray
) -> tuple[int, np.ndarray]:
    """The door, and a row for each range of those vectors among the arguments that are `cut`."""
    door, words = block(dispatcher, args)
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
    """``int door(block)``: calls the kernel named by the first word with the words behind it; 0 where it went well."""
    numbers = {"i64": WORD, "i32": ir.IntType(32), "i8": ir.IntType(8), "i1": ir.IntType(1)}
    numbers |= {"float": ir.FloatType(), "double": ir.DoubleType()}
    types = [numbers.get(kind, ir.IntType(8).as_pointer()) for kind in kinds]
    module, place = ir.Module(), ir.IntType(8).as_pointer()
    door = ir.Function(module, ir.FunctionType(ir.IntType(32), [WORD.as_pointer()]), "door")
    builder = ir.IRBuilder(door.append_basic_block())
    outcome, error = builder.alloca(place), builder.alloca(place)
    args = []
    for i, kind in enumerate(types, 1):
        word = builder.gep(door.args[0], [WORD(i)])
        args.append(builder.load(builder.bitcast(word, kind.as_pointer())))
    called = ir.FunctionType(ir.IntType(32), [place.as_pointer()] * 2 + types).as_pointer()
    function = builder.inttoptr(builder.load(door.args[0]), called)
    builder.ret(builder.call(function, [outcome, error, *args]))
    return _compiled(module)


_engines: list[Any] = []  # machine code lives as long as its engine


def _compiled(module: ir.Module) -> int:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    parsed = llvm.parse_assembly(str(module))
    machine = llvm.Target.from_default_triple().create_target_machine(opt=0, jit=True)
    engine = llvm.create_mcjit_compiler(parsed, machine)
    engine.finalize_object()
    _engines.append(engine)
    return engine.get_function_address("door")
