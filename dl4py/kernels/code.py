"""Machine code of functions: kept from before, or compiled; numba, half a second of imports, is loaded for that only.

This module is loaded when a plan is bound.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from llvmlite import ir

from dl4py.kernels.jit import FAST, INSIDE, njit
from dl4py.kernels.kept import LOCK, keep, loaded, made, place

WORD, ADDRESS = ir.IntType(64), ir.IntType(8).as_pointer()
TYPES = {"i64": WORD, "i32": ir.IntType(32), "i8": ir.IntType(8), "i1": ir.IntType(1)}
TYPES |= {"float": ir.FloatType(), "double": ir.DoubleType()}

Make = Callable[[], Callable[..., Any]]


@dataclass(eq=False)
class Code:
    """Machine code of a function for arguments of some types; `make` gives the function.

    ``int f(result *, error **, words)`` at `address`, as numba makes it: an array is seven words and more, whose kinds
    are `kinds`.
    """

    make: Make
    address: int
    kinds: tuple[str, ...]

    def __call__(self, *args: Any) -> None:
        """Calls it from Python; raises what the function raises."""
        from dl4py.kernels.entry import block

        door, words = block(self, args)
        if ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int64)(door)(words.ctypes.data):
            fn = self.make()
            njit(fn)(*args)  # the same again with words of Python for what went wrong
            raise RuntimeError(f"{fn.__name__} failed, and nobody said why")


def types_of(args: tuple[Any, ...]) -> str:
    """What machine code depends on."""
    return " ".join(map(_type, args))


def _type(arg: Any) -> str:
    if isinstance(arg, np.ndarray):
        flags = arg.flags
        layout = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"
        return f"{arg.dtype.str}{arg.ndim}{layout}{'w' * flags.writeable}{'a' * flags.aligned}"
    if isinstance(arg, tuple):
        return f"({types_of(arg)})"
    return type(arg).__name__


def code_of(fn: Callable[..., Any], args: tuple[Any, ...], fast: frozenset[str]) -> Code:
    """Machine code of a function for these arguments and liberties with sums: kept from before, or made and kept."""
    name, source = f"{fn.__module__}.{fn.__name__}-{fn.__code__.co_firstlineno}", fn.__code__.co_filename
    with LOCK:
        file = None if fn.__closure__ else place(name, [source], types_of(args), fast)
        return _code(lambda: fn, file, args, fast)


def code_of_several(
    fns: Sequence[Callable[..., Any]], name: str, make: Make, args: tuple[Any, ...], fast: frozenset[str]
) -> Code:
    """Machine code of a function that is made of others where it is not kept; `name` says of which and how."""
    with LOCK:
        key = name, types_of(args)
        if key not in _several:
            file = place(name, sorted({fn.__code__.co_filename for fn in fns}), types_of(args), fast)
            _several[key] = _code(make, file, args, fast)
        return _several[key]


_several: dict[tuple[str, str], Code] = {}


def _code(make: Make, file: Path | None, args: tuple[Any, ...], fast: frozenset[str]) -> Code:
    kept = loaded(file)
    if kept is None:
        from numba import typeof

        kept = keep(file, *_compiled(make(), tuple(map(typeof, args)), fast))
    return Code(make, kept.address, tuple(kept.head["kinds"]))


@cache
def routine(module: str, name: str, words: int) -> Callable[..., int]:
    """A function on words of a module of this room, which is loaded only where its code must be made."""
    path = Path(__file__).with_name(f"{module}.py")
    with LOCK:
        file = place(f"{module}.{name}", [str(path)], str(words), FAST)
        kept = loaded(file)
        if kept is None:
            from importlib import import_module

            from numba import types

            fn = getattr(import_module(f"dl4py.kernels.{module}"), name).fn
            kept = keep(file, *_compiled(fn, (types.intp,) * words, FAST))
        way = made(f"way-{words}", lambda: _way(words))
    address, call = kept.address, ctypes.CFUNCTYPE(*[ctypes.c_int64] * (words + 2))(way)
    return lambda *args: call(address, *args)


def _way(words: int) -> ir.Module:
    """``word f(address, words)``: calls a function as numba makes it and gives its result."""
    module = ir.Module()
    way = ir.Function(module, ir.FunctionType(WORD, [WORD] * (words + 1)), "f")
    builder = ir.IRBuilder(way.append_basic_block())
    outcome, error = builder.alloca(WORD), builder.alloca(ADDRESS)
    builder.store(WORD(0), outcome)
    called = ir.FunctionType(TYPES["i32"], [WORD.as_pointer(), ADDRESS.as_pointer(), *[WORD] * words]).as_pointer()
    builder.call(builder.inttoptr(way.args[0], called), [outcome, error, *way.args[1:]])
    builder.ret(builder.load(outcome))
    return module


def _compiled(fn: Callable[..., Any], types: tuple[Any, ...], fast: frozenset[str]) -> tuple[dict[str, Any], Any]:
    """What a file says of a function, and numba's library that holds it."""
    dispatcher = njit(fn, **INSIDE, fastmath=set(fast))
    dispatcher.compile(types)
    made = dispatcher.overloads[types]
    kinds = made.target_context.get_arg_packer(made.fndesc.argtypes).argument_types
    module = made.library._final_module
    needs = [symbol.name for symbol in (*module.functions, *module.global_variables) if symbol.is_declaration]
    needs = [name for name in needs if not name.startswith("llvm.")]
    return {"name": made.fndesc.llvm_func_name, "kinds": [str(kind) for kind in kinds], "needs": needs}, made.library
