"""From Python functions on arrays to machine code: signatures, compile options and the cache folder, in one place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import import_module
from inspect import signature as python_signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from dl4py.kernels.code import Code

FAST = frozenset({"reassoc", "contract", "arcp", "nsz"})  # sums may be reordered; NaN and infinity are kept
OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": set(FAST)}
INSIDE = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
"""More where machine code calls and nothing is allocated: no way in for Python, no counted references."""


Cut = Callable[[tuple[np.ndarray, ...], int], list[tuple[np.ndarray, ...]]]


@dataclass(frozen=True)
class Operand:
    """One array of a kernel's signature: a word per dimension, and whether the call reads and writes it."""

    dims: tuple[str, ...]
    reads: bool
    writes: bool


def parse_signature(text: str) -> tuple[Operand, ...]:
    """Reads `"b i, i o -> b o"`: equal words are equal sizes, right of `->` is written, `*` is updated in place.

    `_` matches any size. A leading `|` marks a kernel whose first dimension may be cut into independent parts.
    """
    left, _, right = text.partition("->")
    operands = []
    for part in filter(None, (piece.strip() for piece in left.split(","))):
        dims = tuple(part.replace("*", " ").split())
        operands.append(Operand(dims, reads=True, writes="*" in part))
    written = [part.split() for part in right.split(",") if part.strip()]
    return (*operands, *(Operand(tuple(dims), reads=False, writes=True) for dims in written))


class Kernel:
    """A function on arrays, then constants; machine code is made for the types it is bound with.

    `split` says that rows (the first dimension named by the signature's first word) are independent, so a plan may
    give parts of them to threads. `ordered` says that the terms of a sum keep their order: the compiler would make
    ``b v + (1 - b) g`` into ``b (v - g) + g``, which in single precision loses three digits where b is 0.999.
    `ranges` names a dimension whose parts are independent too, but wherever it stands: the function takes all arrays
    and, behind its constants, the first index of its part and the one behind the last. `cut` gives the parts of a
    function that is not compiled, as lists of arrays, for a number of threads. `work` says how much longer a value
    takes than in a sum, so that fewer are worth to be cut.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        text: str,
        *,
        split: bool = False,
        ordered: bool = False,
        compiled: bool = True,
        ranges: str = "",
        cut: Cut | None = None,
        work: int = 1,
    ) -> None:
        self.fn, self.text, self.split, self.ordered, self.ranges, self.cut = fn, text, split, ordered, ranges, cut
        self.name, self.work = fn.__name__, work
        self.operands = parse_signature(text)
        self.constants = tuple(python_signature(fn).parameters)[len(self.operands) :] if compiled else ()
        self._compiled = compiled
        self._codes: dict[str, Code] = {}
        self.__doc__ = fn.__doc__

    def __repr__(self) -> str:
        return f"<kernel {self.name} {self.text!r}>"

    def bind(
        self, arrays: tuple[np.ndarray, ...], constants: tuple[Any, ...]
    ) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """The function to call and its arguments, compiled for these arrays."""
        if not self._compiled:
            return self.fn(*arrays, *constants)
        return self.compiled(self.arguments(arrays, constants))

    def arguments(self, arrays: tuple[np.ndarray, ...], constants: tuple[Any, ...]) -> tuple[Any, ...]:
        """Arrays and constants, these in the precision of the arrays."""
        floats = next((a.dtype.type for a in arrays if a.dtype.kind == "f"), np.float64)
        return arrays + tuple(floats(c) if isinstance(c, float) else c for c in constants)

    def compiled(self, args: tuple[Any, ...]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Machine code for these arguments, and the arguments."""
        from dl4py.kernels.code import code_of, types_of

        types = types_of(args)
        if types not in self._codes:
            self._codes[types] = code_of(self.fn, args, FAST - {"reassoc"} if self.ordered else FAST)
        return self._codes[types], args

    def size(self, word: str, arrays: tuple[np.ndarray, ...]) -> int:
        """The size that a word of the signature has for these arrays."""
        return next(
            size
            for operand, array in zip(self.operands, arrays, strict=True)
            for dim, size in zip(operand.dims, array.shape, strict=False)
            if dim == word
        )


def kernel(
    text: str, *, split: bool = False, ordered: bool = False, ranges: str = "", work: int = 0
) -> Callable[[Callable[..., Any]], Kernel]:
    """Makes a kernel of a function of signature `text` (see `parse_signature`); `ordered` keeps sums as written."""
    work = work or (16 if ranges else 1)
    return lambda fn: Kernel(fn, text, split=split, ordered=ordered, ranges=ranges, work=work)


def native(
    text: str, *, cut: Cut | None = None, ranges: str = "", work: int = 1
) -> Callable[[Callable[..., Any]], Kernel]:
    """Makes a kernel of a function that receives the arrays at binding and returns `(function, arguments)`."""
    return lambda fn: Kernel(fn, text, compiled=False, cut=cut, ranges=ranges, work=work)


class Helper:
    """A scalar function that kernels call and that is compiled into them; numba is loaded when that happens.

    With `double`, kernels on single arrays get `fn` and kernels on double arrays get `double`.
    """

    def __init__(self, fn: Callable[..., Any], double: Callable[..., Any] | None = None) -> None:
        self.fn, self.double = fn, double
        self.__name__, self.__doc__ = fn.__name__, fn.__doc__

    def __call__(self, *args: Any) -> Any:
        return (self.double or self.fn)(*args)

    @cached_property
    def _numba_type_(self) -> Any:  # numba asks this of any global that it does not know
        import numba
        from numba import types
        from numba.core.registry import cpu_target
        from numba.extending import overload

        # its machine code is kept with the kernels that use it; numba itself holds it weakly
        single = self._single = njit(self.fn, **INSIDE)
        if self.double is None:
            return numba.typeof(single)
        double = self.double

        def stub(x: Any) -> Any:
            raise NotImplementedError

        plain: Any = OPTIONS

        @overload(stub, jit_options=plain)
        def choose(x):
            if x == types.float32:
                return lambda x: single(x)
            return lambda x: double(x)

        cpu_target.typing_context.refresh()
        return cpu_target.typing_context.resolve_value_type(stub)


def helper(fn: Callable[..., Any] | None = None, *, double: Callable[..., Any] | None = None) -> Any:
    """Makes a `Helper` of a function: `@helper`, or `@helper(double=math.exp)` where double has its own body."""
    return Helper(fn, double) if fn else lambda single: Helper(single, double)


class Instruction:
    """One of the intrinsics of `vector`, by name, so that a file of kernels that use it does not load numba."""

    def __init__(self, name: str, module: str = "vector") -> None:
        self.name, self.module = name, module

    def __call__(self, *args: Any) -> Any:
        raise TypeError(f"`{self.name}` is an instruction of compiled kernels")

    @cached_property
    def _numba_type_(self) -> Any:  # numba asks this of any global that it does not know
        from numba.core.registry import cpu_target

        module = import_module(f"dl4py.kernels.{self.module}")
        cpu_target.typing_context.refresh()
        return cpu_target.typing_context.resolve_value_type(getattr(module, self.name))


def njit(fn: Callable[..., Any], **more: Any) -> Any:
    """numba's compiler for a function, with the options of all kernels."""
    import numba

    return numba.njit(pipeline_class=_compiler(), **{**OPTIONS, **more})(fn)


@lru_cache
def cache_folder() -> Path:
    """Where machine code is kept; keyed by a digest of the package, so edited code never meets yesterday's.

    `DL4PY_CACHE` names another place. A home that a container lacks is no hindrance: then it is a folder of temporary
    files.
    """
    import tempfile
    from importlib.util import find_spec

    import platformdirs

    digest = hashlib.sha256()
    numba = find_spec("numba")
    versions = [Path(numba.origin).with_name("_version.py")] if numba and numba.origin else []
    for path in sorted(Path(__file__).parent.glob("*.py")) + versions:
        digest.update(path.read_bytes())
    base = Path(os.environ.get("DL4PY_CACHE") or platformdirs.user_cache_dir("dl4py"))
    folder = base / "kernels" / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(folder)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"dl4py-{os.getuid()}" / digest.hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@lru_cache
def _compiler() -> Any:
    """numba's compiler with one pass more: float literals take the precision of the arrays.

    Without it `0.5 * x[i]` is double arithmetic on single arrays: slower, and not the same body in both precisions.
    """
    from numba import types
    from numba.core import ir
    from numba.core.compiler import CompilerBase, DefaultPassBuilder
    from numba.core.compiler_machinery import FunctionPass, register_pass
    from numba.core.untyped_passes import IRProcessing

    def single(kind: Any) -> bool:
        return getattr(kind, "dtype", kind) == types.float32

    @register_pass(mutates_CFG=False, analysis_only=False)
    class FloatLiteralsFollow(FunctionPass):
        _name = "float_literals_follow"

        def __init__(self) -> None:
            FunctionPass.__init__(self)

        def run_pass(self, state: Any) -> bool:
            if not any(single(kind) for kind in state.args):
                return False
            changed = False
            for block in state.func_ir.blocks.values():
                for statement in block.find_insts(ir.Assign):
                    value = statement.value
                    if isinstance(value, ir.Const | ir.Global | ir.FreeVar) and type(value.value) is float:
                        statement.value = ir.Const(np.float32(value.value), value.loc)
                        changed = True
            return changed

    class Compiler(CompilerBase):
        def define_pipelines(self) -> list[Any]:
            passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
            passes.add_pass_after(FloatLiteralsFollow, IRProcessing)
            passes.finalize()
            return [passes]

    return Compiler
