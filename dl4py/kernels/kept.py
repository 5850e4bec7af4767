"""Object code in files: what one process compiled others load, with llvmlite alone.

A file of the cache folder holds the object code of one function behind a line of JSON: its name there, what else is
known of it, what it needs of other libraries, and a digest. Nobody trusts a file that is cut off.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir

from dl4py.kernels import processor
from dl4py.kernels.jit import cache_folder

LOCK = threading.RLock()
_forever: list[Any] = []  # machine code lives as long as what made it


@dataclass(eq=False)
class Kept:
    """A function in memory: what its file says of it, and its address."""

    head: dict[str, Any]
    address: int


def place(name: str, sources: Sequence[str], types: str, fast: Iterable[str] = ()) -> Path | None:
    """Where code is kept: another place for other sources, other types, another processor or compiler.

    None for what was typed in and stands in no file.
    """
    try:
        stats = [os.stat(source) for source in sources]
    except OSError:
        return None
    files = [(source, stat.st_mtime_ns, stat.st_size) for source, stat in zip(sources, stats, strict=True)]
    words = [files, types, sorted(fast), _surroundings()]
    return cache_folder() / f"{name}-{hashlib.sha256(repr(words).encode()).hexdigest()[:24]}.code"


@cache
def _surroundings() -> tuple[Any, ...]:
    more = {k: v for k, v in os.environ.items() if k.startswith("NUMBA_") and k != "NUMBA_CACHE_DIR"}
    return processor.name(), processor.features(), sys.implementation.cache_tag, sorted(more.items())


def loaded(file: Path | None) -> Kept | None:
    """What a file holds; None where there is none, or one that is of no use here."""
    if file is None:
        return None
    try:
        line, data = file.read_bytes().split(b"\n", 1)
        head = json.loads(line)
        if head["digest"] != hashlib.sha256(data).hexdigest():
            return None
    except (OSError, ValueError, KeyError):
        return None
    _ready()
    if any(llvm.address_of_symbol(name) is None for name in head["needs"]):
        return None  # LLVM would end the process
    return _engine(head, data)


def keep(file: Path | None, head: dict[str, Any], code: Any) -> Kept:
    """Writes a file, and gives what it holds; `code` is object code, or numba's library of it."""
    library = None if isinstance(code, bytes) else code
    data = code if library is None else library.serialize_using_object_code()[2][0]
    if file is not None:
        _write(file, json.dumps({**head, "digest": hashlib.sha256(data).hexdigest()}).encode() + b"\n" + data)
    if library is None:
        return _engine(head, data)
    _forever.append(library)
    return Kept(head, library.get_pointer_to_function(head["name"]))


def _write(file: Path, data: bytes) -> None:
    with contextlib.suppress(OSError):  # what cannot be kept is made again next time
        handle, part = tempfile.mkstemp(dir=file.parent)
        try:
            with open(handle, "wb") as writing:
                writing.write(data)
            os.replace(part, file)
        except OSError:
            os.unlink(part)
            raise


@cache
def _ready() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


def _machine() -> Any:
    return llvm.Target.from_default_triple().create_target_machine(opt=0, jit=True)


def _engine(head: dict[str, Any], data: bytes) -> Kept:
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(data))
    engine.finalize_object()
    _forever.append(engine)
    return Kept(head, engine.get_function_address(head["name"]))


def made(name: str, module: Callable[[], ir.Module]) -> int:
    """The address of the one function, called `f`, of a module that is written at need."""
    with LOCK:
        file = place(name, [__file__], "")
        kept = loaded(file)
        if kept is None:
            _ready()
            data = _machine().emit_object(llvm.parse_assembly(str(module())))
            kept = keep(file, {"name": "f", "needs": []}, data)
        return kept.address
